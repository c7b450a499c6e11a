# mypy: ignore-errors
# ruff: noqa: ICN001, PLC0415
"""Models fitted, statistics, a plot, Parquet, and a Streamlit page run to its end."""

import io
import sys


def prepare() -> None:
    import matplotlib.pyplot
    import pandas
    import scipy.stats
    import sklearn.base
    import statsmodels.tools.tools

    assert all((matplotlib.pyplot, pandas, scipy.stats, sklearn.base, statsmodels.tools.tools))


def with_models() -> None:
    import numpy as np
    import statsmodels.formula.api as smf
    from scipy import interpolate, optimize, signal, sparse, stats
    from sklearn.datasets import load_iris
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    iris = load_iris(as_frame=True)
    steps = make_pipeline(StandardScaler(), LogisticRegression())
    assert cross_val_score(steps, iris.data, iris.target).mean() > 0.9
    assert RandomForestClassifier(10).fit(iris.data, iris.target).score(iris.data, iris.target)
    assert "StandardScaler" in steps._repr_html_()
    frame = iris.frame.rename(columns=lambda name: name.split(" (")[0].replace(" ", "_"))
    assert smf.ols("petal_width ~ petal_length", frame).fit().rsquared > 0.9
    assert stats.page_trend_test([[1, 2, 3], [1, 3, 2]]).pvalue > 0
    assert abs(optimize.minimize(lambda x: (x - 2) ** 2, 0.0).x[0] - 2) < 1e-3
    assert interpolate.CubicSpline([0, 1, 2], [0, 1, 4])(1.5) > 1
    assert sparse.linalg.spsolve(sparse.eye(3, format="csc"), np.ones(3)).sum() == 3
    assert signal.welch(np.sin(np.arange(512)))[1].max() > 0


def with_tables() -> None:
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd
    import pyarrow.parquet as pq

    index = pd.date_range("2026-01-01", periods=48, freq="h", tz="Europe/Berlin")
    frame = pd.DataFrame({"a": np.arange(48), "b": list("xy") * 24}, index=index)
    assert frame.groupby("b").a.sum().sum() == sum(range(48))
    assert frame.pivot_table(index=frame.index.day, columns="b", values="a").shape[1] == 2
    pd.testing.assert_frame_equal(frame, frame.copy())
    out = io.BytesIO()
    frame.to_parquet(out)
    assert pq.read_table(io.BytesIO(out.getvalue())).num_rows == 48
    axes = frame.a.plot(title="$\\sqrt{x}$")
    for kind in ("png", "svg", "pdf"):
        picture = io.BytesIO()
        axes.figure.savefig(picture, format=kind)
        assert picture.tell() > 1000
    plt.close("all")


def with_streamlit() -> None:
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_string("import streamlit as st\nst.title('hi')\nst.slider('n', 0, 9, 4)")
    page.run(timeout=60)
    assert page.title[0].value == "hi"
    assert page.slider[0].set_value(7).run(timeout=60).slider[0].value == 7


def main() -> None:
    with_models()
    with_tables()
    with_streamlit()
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()

# mypy: ignore-errors
"""A dashboard of small models: pandas, SciPy, scikit-learn, statsmodels, Matplotlib, PyArrow."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import statsmodels.formula.api as smf
import streamlit as st
from scipy import interpolate, optimize, signal, sparse, stats
from scipy.sparse import linalg
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def models():
    iris = load_iris(as_frame=True)
    steps = make_pipeline(StandardScaler(), LogisticRegression())
    forest = RandomForestClassifier(10, random_state=0).fit(iris.data, iris.target)
    frame = iris.frame.rename(columns=lambda name: name.split(" (")[0].replace(" ", "_"))
    return {
        "logistic": round(float(cross_val_score(steps, iris.data, iris.target).mean()), 2),
        "forest": round(float(forest.score(iris.data, iris.target)), 1),
        "ols": round(float(smf.ols("petal_width ~ petal_length", frame).fit().rsquared), 3),
    }


def numbers():
    least = optimize.minimize(lambda x: (x - 2) ** 2, 0.0).x[0]
    return {
        "minimum": round(float(least), 2),
        "spline": round(float(interpolate.CubicSpline([0, 1, 2], [0, 1, 4])(1.5)), 3),
        "solved": float(linalg.spsolve(sparse.eye(3, format="csc"), np.ones(3)).sum()),
        "welch": bool(signal.welch(np.sin(np.arange(512)))[1].max() > 0),
        "trend": round(float(stats.page_trend_test([[1, 2, 3], [1, 3, 2]]).pvalue), 3),
    }


def table():
    index = pd.date_range("2026-01-01", periods=48, freq="h", tz="Europe/Berlin")
    return pd.DataFrame({"a": np.arange(48), "b": list("xy") * 24}, index=index)


def kept(frame):
    file = io.BytesIO()
    frame.to_parquet(file)
    file.seek(0)
    return pq.read_table(file).num_rows


def plot(frame):
    figure, axes = plt.subplots()
    axes.plot(frame["a"])
    axes.set_title(r"$\sqrt{x}$")
    return figure


def page():
    st.title("Numbers")
    st.json({**models(), **numbers()})
    frame = table()
    days = st.slider("days", 1, 2, 2)
    st.dataframe(frame.head(24 * days))
    st.line_chart(frame["a"])
    st.pyplot(plot(frame))
    st.metric("rows", kept(frame))


if __name__ == "__main__":
    page()

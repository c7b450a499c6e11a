# mypy: ignore-errors
"""pandas, SciPy, scikit-learn, Matplotlib, statsmodels, Streamlit and PyArrow."""

import io
import os

from drive import main, say, serving


def serves():
    with serving() as client:
        status, _, text = client.ask("/")
        say("home", status, b"<html" in text)
        say("health", client.text("/_stcore/health"))


def works():
    import app

    say("models", app.models())
    say("numbers", app.numbers())
    frame = app.table()
    say("parquet", app.kept(frame))
    say("groups", frame.groupby("b")["a"].sum().to_dict())
    say("pivot", frame.pivot_table(index=frame.index.day, columns="b", values="a").shape)
    for kind in ("png", "svg", "pdf"):
        picture = io.BytesIO()
        app.plot(frame).savefig(picture, format=kind)
        say(kind, picture.tell() > 1000)


def shows():
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(os.path.abspath("app.py")).run(timeout=120)
    say("page", page.title[0].value, page.metric[0].value, len(page.exception))
    say("slider", page.slider[0].set_value(1).run(timeout=120).slider[0].value)


main(serves, works, shows)

"""A Streamlit dashboard with pages.

Dynamic: the script run by `streamlit run` from the Procfile, its config in .streamlit, charts by altair, pydeck and plotly asked for when drawn, the browser's files, a data frame by pyarrow.
"""

from drive import main, run, say, serving


def pages():
    code = (
        "from streamlit.testing.v1 import AppTest; a = AppTest.from_file('home.py', default_timeout=60).run();"
        "print(a.title[0].value, a.metric[0].value, len(a.exception));"
        "a.slider[0].set_value(4).run(); print(a.metric[0].value, len(a.dataframe))"
    )
    say("script", run("python", "-c", code).splitlines()[-2:])


def serves():
    with serving() as client:
        say("health", client.text("/_stcore/health"))
        status, _, text = client.ask("/")
        say("page", status, b"static/" in text)


main(pages, serves)

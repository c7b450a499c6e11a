"""A Flask API that answers with a pickled scikit-learn pipeline.

Dynamic: model.pkl and model.joblib name classes of sklearn and lightgbm that no code imports, the
parallel backend by its name, gunicorn-less flask by its command.
"""

from drive import main, run, say, serving



def serves():
    with serving() as client:
        for name in ("pipeline", "boost"):
            say(name, client.text(f"/predict/{name}", '{"x": [5.1, 3.5]}', Content_Type="application/json"))


main(serves)

import pickle

import joblib
from flask import Flask, request

app = Flask(__name__)
with open("models/pipeline.pkl", "rb") as file:
    models = {"pipeline": pickle.load(file)}
models["boost"] = joblib.load("models/boost.joblib")


@app.post("/predict/<name>")
def predict(name):
    with joblib.parallel_config(backend="threading", n_jobs=2):
        found = models[name].predict([request.json["x"]])
    return {"class": int(found[0])}

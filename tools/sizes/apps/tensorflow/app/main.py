# mypy: ignore-errors
"""An image model behind FastAPI: trained at the first request, saved, loaded, asked."""

import tempfile
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import tensorflow as tf
from fastapi import FastAPI, UploadFile
from PIL import Image
from pydantic import BaseModel

SIDE = 8

app = FastAPI()


class Answer(BaseModel):
    bright: bool


def pictures() -> tuple[np.ndarray, np.ndarray]:
    light = np.linspace(0, 1, 64, dtype="float32")
    return np.ones((64, SIDE, SIDE, 1), "float32") * light[:, None, None, None], light > 0.5


@cache
def model() -> tf.keras.Model:
    tf.keras.utils.set_random_seed(1)
    layers = tf.keras.layers
    net = tf.keras.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", input_shape=(SIDE, SIDE, 1)),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    net.compile(
        tf.keras.optimizers.Adam(0.05), tf.keras.losses.BinaryCrossentropy(from_logits=True)
    )
    x, y = pictures()
    net.fit(
        tf.data.Dataset.from_tensor_slices((x, y.astype("float32"))).batch(64), epochs=60, verbose=0
    )
    return net


def saved(kind: str) -> bool:
    """Whether a model that was saved and loaded again answers the same."""
    x, _ = pictures()
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, f"net{kind}"))
        model().save(path)
        again = tf.keras.models.load_model(path)
        return bool(np.allclose(model().predict(x, verbose=0), again.predict(x, verbose=0)))


def lite() -> int:
    content = tf.lite.TFLiteConverter.from_keras_model(model()).convert()
    reader = tf.lite.Interpreter(model_content=content)
    reader.allocate_tensors()
    return len(reader.get_input_details())


@tf.function
def doubled(value: tf.Tensor) -> tf.Tensor:
    if tf.reduce_sum(value) > 0:
        return value * 2
    return value


@app.get("/")
def home() -> dict:
    return {"doubled": float(doubled(tf.constant(3.0))), "version": tf.__version__}


@app.post("/picture")
def picture(image: UploadFile) -> Answer:
    shade = np.asarray(Image.open(image.file).convert("L"))
    small = cv2.resize(shade, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype("float32") / 255
    return Answer(bright=bool(model().predict(small[None, ..., None], verbose=0)[0, 0] > 0))


@app.get("/saved")
def of_saved() -> dict:
    return {**{kind: saved(kind) for kind in (".keras", ".h5", "")}, "lite": lite()}

# mypy: ignore-errors
# ruff: noqa: ICN001, PLC0415
"""A tiny net trained, saved and loaded, behind FastAPI; a picture through OpenCV."""

import os
import sys


def prepare() -> None:
    import tensorflow

    assert tensorflow.keras.layers.Dense


def with_tensorflow() -> None:
    import numpy as np
    import tensorflow as tf

    x = np.random.default_rng(1).normal(size=(64, 8, 8, 1)).astype("float32")
    y = (x.mean(axis=(1, 2, 3)) > 0).astype("float32")
    layers = tf.keras.layers
    net = tf.keras.Sequential(
        [layers.Conv2D(2, 3, activation="relu"), layers.Flatten(), layers.Dense(1)]
    )
    net.compile("adam", tf.keras.losses.BinaryCrossentropy(from_logits=True), ["accuracy"])
    net.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(16), epochs=2, verbose=0)
    for name in ("net.keras", "net.h5"):
        net.save(name)
        again = tf.keras.models.load_model(name)
        assert np.allclose(net.predict(x, verbose=0), again.predict(x, verbose=0))
    tf.saved_model.save(net, "saved")
    assert tf.saved_model.load("saved").signatures
    lite = tf.lite.TFLiteConverter.from_keras_model(net).convert()
    reader = tf.lite.Interpreter(model_content=lite)
    reader.allocate_tensors()
    assert reader.get_input_details()

    @tf.function
    def doubled(value: "tf.Tensor") -> "tf.Tensor":
        if tf.reduce_sum(value) > 0:
            return value * 2
        return value

    assert doubled(tf.constant(3.0)) == 6
    writer = tf.summary.create_file_writer("logs")
    with writer.as_default():
        tf.summary.scalar("loss", 1.0, step=1)
    assert os.listdir("logs")


def with_web() -> None:
    import asyncio

    import cv2
    import fastapi
    import numpy as np
    import uvicorn

    app = fastapi.FastAPI()

    @app.get("/{number}")
    def double(number: int) -> int:
        return 2 * number

    sent = []

    async def send(message: dict) -> None:
        sent.append(message)

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/4", "headers": [], "query_string": b""}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 200
    assert sent[1]["body"] == b"8"
    assert app.openapi()["paths"]
    assert uvicorn.Config(app).loaded is False
    assert cv2.imencode(".jpg", np.zeros((8, 8, 3), np.uint8))[0]


def main() -> None:
    with_tensorflow()
    with_web()
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()

# mypy: ignore-errors
# ruff: noqa: PLC0415
"""A model made from bytes, run by ONNX Runtime behind a Flask route; pictures in and out."""

import io
import sys


def field(number: int, content: "bytes | int | str") -> bytes:
    """One protobuf field; enough of the format to write a model without the onnx package."""

    def varint(value: int) -> bytes:
        out = b""
        while value > 127:
            out += bytes([value & 127 | 128])
            value >>= 7
        return out + bytes([value])

    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def model() -> bytes:
    """Y = X + X for a vector of three floats."""
    shape = field(1, field(1, 3))
    kind = field(1, field(1, 1) + field(2, shape))
    node = field(1, "X") + field(1, "X") + field(2, "Y") + field(4, "Add")
    graph = field(1, node) + field(2, "g")
    graph += field(11, field(1, "X") + field(2, kind)) + field(12, field(1, "Y") + field(2, kind))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13))


def main() -> None:
    import cv2
    import dotenv
    import flask
    import numpy as np
    import onnxruntime
    import pymysql
    import requests
    from PIL import Image

    session = onnxruntime.InferenceSession(model(), providers=["CPUExecutionProvider"])
    app = flask.Flask("corpus")

    @app.post("/predict")
    def predict() -> "flask.Response":
        values = np.array(flask.request.json, np.float32)
        return flask.jsonify(session.run(None, {"X": values})[0].tolist())

    assert app.test_client().post("/predict", json=[1, 2, 3]).json == [2, 4, 6]
    image = np.zeros((32, 32, 3), np.uint8)
    cv2.circle(image, (16, 16), 8, (255, 255, 255), -1)
    assert len(cv2.findContours(image[..., 0], cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]) == 1
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    assert len(cascade.detectMultiScale(image)) == 0
    out = io.BytesIO()
    Image.fromarray(image).resize((8, 8)).save(out, "WEBP")
    assert Image.open(io.BytesIO(out.getvalue())).size == (8, 8)
    assert pymysql.converters.escape_string("a'b") == "a\\'b"
    assert dotenv.dotenv_values(stream=io.StringIO("A=1"))["A"] == "1"
    assert requests.Request("GET", "https://example.org/", params={"q": "é"}).prepare().url
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()

# mypy: ignore-errors
"""TensorFlow for CPUs and OpenCV behind FastAPI."""

import io
import os

from drive import main, say, serving

FORM = {"Content_Type": "multipart/form-data; boundary=x"}


def form(shade):
    from PIL import Image

    png = io.BytesIO()
    Image.new("L", (32, 32), shade).save(png, "PNG")
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    return head + png.getvalue() + b"\r\n--x--\r\n"


def serves():
    with serving() as client:
        say("home", client.text("/"))
        for shade in (20, 240):
            say("picture", client.text("/picture", form(shade), **FORM))
        say("saved", client.text("/saved"))
        say("openapi", client.ask("/openapi.json")[0])


def summarises():
    import tempfile

    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        with tf.summary.create_file_writer(folder).as_default():
            tf.summary.scalar("loss", 1.0, step=1)
        say("summary", len(os.listdir(folder)))


main(serves, summarises)

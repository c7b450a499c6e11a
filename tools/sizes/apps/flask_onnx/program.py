# mypy: ignore-errors
"""Flask, ONNX Runtime and OpenCV."""

import json

from drive import main, run, say, serving

BLUE = b"P6 8 8 255\n" + bytes((0, 0, 255)) * 64
FORM = {"Content_Type": "multipart/form-data; boundary=x"}


def form(content):
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    return head + content + b"\r\n--x--\r\n"


def serves():
    with serving() as client:
        home = json.loads(client.ask("/")[2])
        say("home", max(home["scores"], key=home["scores"].get), home["versions"])
        found = json.loads(client.ask("/detect", form(BLUE), **FORM)[2])["scores"]
        say("upload", max(found, key=found.get))
        say("refused", client.ask("/detect", form(b"text"), **FORM)[0])
        say("database", client.text("/db"))


def pictures():
    code = (
        "import cv2, io, numpy as np; from PIL import Image;"
        "i = np.zeros((32, 32, 3), np.uint8); cv2.circle(i, (16, 16), 8, (255, 255, 255), -1);"
        "print(len(cv2.findContours(i[..., 0], cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]));"
        "c = cv2.CascadeClassifier(cv2.data.haarcascades + 'haarcascade_frontalface_default.xml');"
        "print(len(c.detectMultiScale(i)));"
        "o = io.BytesIO(); Image.fromarray(i).save(o, 'WEBP'); print(Image.open(o).size)"
    )
    say("pictures", run("python", "-c", code).split())


main(serves, pictures)

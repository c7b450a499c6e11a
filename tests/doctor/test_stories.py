"""Apps whose slugs were too large, as people had them: the whole answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pythons import engine
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trees import Content

FIXTURES = Path(__file__).parent / "fixtures"
APPS: Mapping[str, Mapping[str, Content]] = {
    "tensorflow_app": {
        "Procfile": "web: uvicorn main:app --host 0.0.0.0 --port $PORT\n",
        "requirements.txt": "fastapi==0.115.0\nuvicorn==0.30.6\ntensorflow==2.11.0\n"
        "opencv-python==4.10.0.84\nnumpy==1.23.5\npillow==10.2.0\npython-multipart==0.0.9\n",
        "requirements-heroku.txt": "fastapi==0.115.0\nuvicorn==0.30.6\ntensorflow-cpu==2.8.0\n"
        "opencv-python-headless==4.10.0.84\nnumpy==1.23.5\n",
        "app.json": '{\n  "env": {\n    "TF_DISABLE_MKL": "1",\n'
        '    "TF_CPP_MIN_LOG_LEVEL": "2"\n  }\n}\n',
        ".slugignore": "tests/\n*.ipynb\nDockerfile\n!models/small.h5\n",
        "notebooks/train.ipynb": "{}\n",
        "models/big.h5": b"",
        "main.py": "import cv2\nimport tensorflow as tf\nfrom fastapi import FastAPI\n\n"
        'app = FastAPI()\nmodel = tf.keras.models.load_model("models/big.h5")\n',
        "runtime.txt": "python-3.9.16\n",
    },
    "detection_app": {
        "Procfile": "web: gunicorn app:app\n",
        "requirements.txt": "flask==3.0.0\ngunicorn==21.2.0\ntorch==2.5.1+cpu\n"
        "torchvision==0.20.1+cpu\nultralytics==8.3.203\nopencv-python-headless==4.9.0.80\n"
        "numpy==1.26.4\nPillow==10.2.0\npymysql==1.1.1\npython-dotenv==1.0.1\nrequests==2.31.0\n",
        ".python-version": "3.12\n",
        "best.pt": b"",
        "app.py": "from flask import Flask\nfrom ultralytics import YOLO\n\n"
        'app = Flask(__name__)\nmodel = YOLO("best.pt")\n',
    },
    "emotion_app": {
        "Dockerfile": "FROM python:3.11-slim\n"
        "RUN apt-get update && apt-get install -y ffmpeg portaudio19-dev\nWORKDIR /app\n"
        "COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n"
        "CMD gunicorn app:app --bind 0.0.0.0:$PORT\n",
        "requirements.txt": "flask==3.0.3\ngunicorn==23.0.0\ntensorflow==2.17.0\ntorch==2.4.1\n"
        "transformers==4.44.2\nsentencepiece==0.2.0\nlibrosa==0.10.2.post1\n"
        "opencv-python-headless==4.10.0.84\nnumpy==1.26.4\n",
        "app.py": "import librosa\nfrom flask import Flask\nfrom transformers import pipeline\n\n"
        "try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None\n\n"
        "app = Flask(__name__)\n",
    },
    "dlib_app": {
        "Procfile": "web: gunicorn app:app --bind 0.0.0.0:$PORT --max-requests 1000\n",
        "requirements.txt": "flask==3.0.3\ngunicorn==23.0.0\ndlib==19.24.6\n"
        "face-recognition==1.3.0\nnumpy==1.26.4\n",
        "Aptfile": "build-essential\ncmake\nlibatlas-base-dev\nlibopenblas-dev\nlibsm6\nlibice6\n",
        "runtime.txt": "python-3.11.9\n",
        "app.py": "import face_recognition\nfrom flask import Flask\n\napp = Flask(__name__)\n",
    },
}
MODELS = {"models/big.h5": 60_000_000, "best.pt": 12_000_000}
CODES = {"tensorflow_app": 12, "detection_app": 12, "emotion_app": 12, "dlib_app": 0}


@pytest.mark.parametrize("name", APPS)
def test_the_whole_answer(tmp_path: Path, name: str) -> None:
    app = plant(tmp_path / "app", APPS[name])
    for path, size in MODELS.items():
        if (app / path).exists():
            os.truncate(app / path, size)
    answer = engine("doctor", app)
    assert (answer.code, answer.err) == (CODES[name], "")
    assert answer.out == (FIXTURES / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", APPS)
def test_it_fits_a_terminal_and_is_ascii(name: str) -> None:
    text = (FIXTURES / f"{name}.txt").read_text("utf-8")
    assert text.isascii()
    # Lines of the app's own files are shown as they are.
    sentences = [line for line in text.splitlines() if not line.startswith(" " * 6)]
    assert max(map(len, sentences)) <= 80

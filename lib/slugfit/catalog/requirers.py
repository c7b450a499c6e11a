"""What requires one of the largest distributions by its name, whatever is asked for beside it.

Read in the METADATA of their wheels (2026-11, as the index has them:
https://packaging.python.org/en/latest/specifications/core-metadata/). Each with the
last version of which that is known, "" for all.
"""

from __future__ import annotations

_ALL_VERSIONS = (
    *("ultralytics", "sentence-transformers", "easyocr", "facenet-pytorch", "timm", "fastai"),
    *("stanza", "flair", "spacy-transformers", "kornia", "peft", "torchvision", "torchaudio"),
)

REQUIRES_TORCH = dict.fromkeys(_ALL_VERSIONS, "")

REQUIRES_TENSORFLOW = {
    "tf-keras": "",
    "tensorflow-text": "",
    "deepface": "0.0.100",
    "retina-face": "0.0.17",
}

REQUIRES_OPENCV = {
    "opencv-python": {
        "ultralytics": "",
        "deepface": "0.0.100",
        "retina-face": "0.0.17",
        "mtcnn": "0.1.1",
    },
    "opencv-contrib-python": {"mediapipe": ""},
}
"""Those that ask for OpenCV with windows, by its form."""

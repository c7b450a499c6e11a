"""What requires one of the largest distributions by its name, whatever is asked for beside it.

Read in the METADATA of their newest wheels (2026-11, as the index has them); a test
compares them with the index.
"""

from __future__ import annotations

REQUIRES_TORCH = frozenset(
    (
        *("ultralytics", "sentence-transformers", "easyocr", "facenet-pytorch", "timm", "fastai"),
        *("stanza", "flair", "spacy-transformers", "kornia", "peft", "torchvision", "torchaudio"),
    )
)

REQUIRES_TENSORFLOW = frozenset(("tf-keras", "tensorflow-text"))

REQUIRES_OPENCV = {
    "ultralytics": "opencv-python",
    "mediapipe": "opencv-contrib-python",
}
"""Those that ask for OpenCV with windows, and for which form of it."""

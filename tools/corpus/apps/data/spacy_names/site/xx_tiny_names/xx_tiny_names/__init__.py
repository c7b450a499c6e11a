from pathlib import Path

from spacy.util import load_model_from_init_py

__version__ = "0.1.0"


def load(**overrides):
    return load_model_from_init_py(__file__, **overrides)

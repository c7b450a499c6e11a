"""What the app's own Python files say."""

from __future__ import annotations

import pytest

from slugfit.doctor.sources import read_source

TEXT = '''
"""A docstring."""
import os
from . import own
from torch.nn import functional as F

try:
    import tensorflow as tf
except (ImportError, OSError):
    tf = None
    import fallback

try:
    import spacy
except ValueError:
    pass

try:
    from transformers import pipeline
except Exception:
    pipeline = None

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ.setdefault("TF_DISABLE_MKL", "1")
settings.setdefault("OTHER", "1")
app.run(port=5000)
'''


def test_its_facts() -> None:
    source = read_source("app.py", TEXT.encode())
    assert source is not None
    assert {(item.module, item.guarded) for item in source.imports} == {
        ("os", False),
        ("torch.nn", False),
        ("tensorflow", True),
        ("fallback", False),
        ("spacy", False),
        ("transformers", True),
    }
    assert [item.line for item in source.imports] == sorted(item.line for item in source.imports)
    assert source.variables == (("TF_CPP_MIN_LOG_LEVEL", "2", 23), ("TF_DISABLE_MKL", "1", 24))
    assert {"functional", "run", "own", "pipeline", "environ"} <= source.names
    assert "A docstring." in source.literals
    assert source.keywords == {("port", "5000")}
    assert source.tops() == {"os", "torch", "tensorflow", "fallback", "spacy", "transformers"}


@pytest.mark.parametrize("data", [b"print 'x'", b"\0", b"\xff\xfe", b"(" * 300], ids=repr)
def test_what_is_not_valid_is_left_out(data: bytes) -> None:
    assert read_source("app.py", data) is None

"""An app with two frameworks for face recognition: the checklist before its deployment."""

from __future__ import annotations

import shutil
from pathlib import Path

from pythons import engine

FIXTURE = Path(__file__).parent / "fixtures/face_app"


def test_the_whole_answer(tmp_path: Path) -> None:
    app = Path(shutil.copytree(FIXTURE, tmp_path / "app"))
    answer = engine("doctor", app)
    assert (answer.code, answer.err) == (12, "")
    assert answer.out == (FIXTURE.parent / "face_app.txt").read_text("utf-8")


def test_it_fits_a_terminal_and_is_ascii() -> None:
    text = (FIXTURE.parent / "face_app.txt").read_text("utf-8")
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80

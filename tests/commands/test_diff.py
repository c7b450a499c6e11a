"""``slugfit diff``: two reports beside each other, and a slug that may not grow."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from made_reports import REPORT
from pythons import engine
from slugfit.measure.sizes import Bytes
from slugfit.report.json_report import render_json, report_document

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    smaller = replace(REPORT.distributions[0], version="2.19.0", after=Bytes(1, 281_500_000))
    old = replace(
        REPORT,
        after=Bytes(80_000_001, 313_000_000),
        distributions=(smaller, *REPORT.distributions[1:]),
    )
    (tmp_path / "old.json").write_text(render_json(report_document(old)))
    (tmp_path / "new.json").write_text(render_json(report_document(REPORT)))
    return tmp_path


def test_the_difference_is_shown(folder: Path) -> None:
    answer = engine("diff", folder / "old.json", folder / "new.json")
    assert answer.code == 0
    assert answer.out == (
        "What is different (MB)                              compressed  unpacked\n"
        "the whole slug                                            +8.5   +1020.0\n"
        "tensorflow 2.19.0 -> 2.20.0                               +8.5   +1020.0\n"
    )


def test_as_data_and_as_markdown(folder: Path) -> None:
    files = (folder / "old.json", folder / "new.json")
    told = json.loads(engine("diff", *files, "--format", "json").out)
    assert (told["compressed"], told["distributions"][0]["name"]) == (8_500_000, "tensorflow")
    assert engine("diff", *files, "--format", "markdown").out.startswith("### Slug: 313.0 -> 321.5")


@pytest.mark.parametrize(
    ("growth", "code"), [("2%", 3), ("3%", 0), ("+8.5MB", 0), ("+8.4MB", 3), ("0%", 3)]
)
def test_it_fails_if_the_slug_grew_by_more_than_it_may(
    folder: Path, growth: str, code: int
) -> None:
    files = (folder / "old.json", folder / "new.json")
    answer = engine("diff", *files, "--fail-if-grown", growth)
    assert answer.code == code
    assert answer.out.startswith("What is different")
    assert ("slugfit: The slug grew by 8.5 MB (8500000 bytes) compressed.\n" in answer.err) == (
        code == 3
    )
    back = engine("diff", *reversed(files), "--fail-if-grown", growth)
    assert back.code == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read."),
        ("words", "is not JSON."),
        ("[]", "cannot be compared."),
        ("{}", "cannot be compared."),
    ],
)
def test_what_is_no_report_is_told(folder: Path, content: str | None, words: str) -> None:
    odd = folder / "odd.json"
    if content is not None:
        odd.write_text(content)
    for files in ((odd, folder / "new.json"), (folder / "new.json", odd)):
        answer = engine("diff", *files)
        assert answer.code == 2
        assert words in answer.err


def test_a_growth_that_is_none(folder: Path) -> None:
    answer = engine("diff", folder / "a", folder / "b", "--fail-if-grown", "much")
    assert answer.code == 2
    assert "'much' is neither a share nor a size" in answer.err

"""What stays, counted by why: each reason has its words, and none is told without its files."""

from __future__ import annotations

from typing import get_args

import pytest

from slugfit.evidence.lack import Lack, LackKind
from slugfit.plan.reasons import LOADED_AT_START, Reason, ReasonKind
from slugfit.report.kept_words import kept_lines, kept_phrase
from slugfit.report.make import KeptTotal

PHRASES = [
    *(kept_phrase(Reason(kind)) for kind in get_args(ReasonKind)),
    *(kept_phrase(Reason("no evidence", lack=Lack(kind))) for kind in get_args(LackKind)),
]


@pytest.mark.parametrize("phrase", PHRASES)
def test_each_phrase_fits_its_column(phrase: str) -> None:
    assert 0 < len(phrase) < 44


def test_the_reasons_are_counted_the_most_bytes_first() -> None:
    kept = [
        KeptTotal(Reason("kept by list", "a"), 2, 1_000_000, "site/a/x.py"),
        KeptTotal(Reason("kept by list", "b"), 3, 2_000_000, "site/b/x.py"),
        KeptTotal(Reason("read-only"), 1, 3_500_000, "site/it's here/y.py"),
        KeptTotal(LOADED_AT_START, 99, 9_000_000, "site/os.pyc"),
    ]
    assert [line.text for line in kept_lines(kept, ["site"])] == [
        "",
        "What looks like dead weight and stays (MB)     files  unpacked",
        "their folder is read-only                          1       3.5",
        ".slugfitignore names them                          5       3.0",
        "Why: slugfit why DIR a/x.py",
    ]
    assert list(kept_lines(kept[3:], [])) == []


def test_many_reasons_end_in_one_row() -> None:
    lacks: tuple[LackKind, ...] = get_args(LackKind)
    kept = [
        KeptTotal(Reason("no evidence", lack=Lack(kind)), 1, 1_000_000 * (9 - number), "x")
        for number, kind in enumerate(lacks[:8])
    ]
    lines = [line.text for line in kept_lines(kept, [])]
    assert len(lines) == 10
    assert lines[-2].split() == ["2", "other", "reasons", "2", "5.0"]

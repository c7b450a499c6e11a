"""Large files measured ahead: the same sizes, from fewer bytes that are read twice."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import TYPE_CHECKING

from pythons import settings
from slugfit.apply.change import change_of, measure_change
from slugfit.measure import sizes
from slugfit.measure.deflate import deflate_sample
from slugfit.measure.solid import SOLID, Packed, Weighing, sized_ahead
from slugfit.plan.make import make_plan
from trees import SITE, Content, Link, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

    from slugfit.measure.pieces import Piece

LARGE = b"".join(hashlib.sha256(n.to_bytes(2, "big")).hexdigest().encode() for n in range(16_400))
KEPT, GONE = f"{SITE}/pkg/data.bin", f"{SITE}/pkg/tests/data.bin"


def large_slug(root: Path) -> Path:
    files: dict[str, Content] = {
        "pkg/__init__.py": "",
        "pkg/data.bin": LARGE,
        "pkg/small.bin": LARGE[: SOLID - 1],
        "pkg/tests/test_it.py": "def test_it(): pass\n",
        "pkg/tests/data.bin": LARGE[::-1],
        "pkg/link": Link("data.bin"),
    }
    return plant(root, slug(distribution("pkg", "1.0", files), app_py="import pkg\n"))


def known_when_done(root: Path) -> dict[str, Packed]:
    with sized_ahead(root) as known:
        while len(known) < 2:
            pass
        return dict(known)


def test_what_is_known_changes_no_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = large_slug(tmp_path)
    planned = make_plan(root, settings())
    change = change_of(planned)
    known = known_when_done(root)
    assert known.keys() == {KEPT, GONE}
    assert all(item.size == len(LARGE) for item in known.values())
    usual = measure_change(planned, change)
    read: list[Piece] = []

    def noted(pieces: Iterable[Piece], every: int) -> object:
        found = list(pieces)
        read.extend(found)
        return deflate_sample(found, every)

    monkeypatch.setattr(sizes, "deflate_sample", noted)
    assert measure_change(planned, change, weighing=Weighing(1, known)) == usual
    assert max(piece.length for piece in read) == SOLID - 1


def test_a_file_that_changed_is_measured_anew(tmp_path: Path) -> None:
    root = large_slug(tmp_path)
    known = known_when_done(root)
    (root / KEPT).write_bytes(bytes(len(LARGE)))
    os.utime(root / KEPT, (1, 1))
    planned = make_plan(root, settings())
    change = change_of(planned)
    found = measure_change(planned, change, weighing=Weighing(1, known))
    assert found == measure_change(planned, change)


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    with sized_ahead(tmp_path / "nothing") as known:
        pass
    assert known == {}


def test_the_work_ends_with_the_body(tmp_path: Path) -> None:
    root = large_slug(tmp_path)
    before = threading.active_count()
    with sized_ahead(root):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before

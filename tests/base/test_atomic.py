"""A file is put in its place whole or not at all, and what stood there is only replaced."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from slugfit.base.atomic import write_atomically
from trees import Link, plant, snapshot


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    plant(tmp_path, {"away": "old", "place": Link("away")})
    write_atomically(tmp_path / "place", b"new")
    assert {name: content for name, (_, content) in snapshot(tmp_path).items()} == {
        "away": b"old",
        "place": b"new",
    }


def test_other_names_of_what_stood_there_keep_it(tmp_path: Path) -> None:
    plant(tmp_path, {"place": "old"})
    os.link(tmp_path / "place", tmp_path / "cache")
    write_atomically(tmp_path / "place", b"new")
    assert (tmp_path / "cache").read_text() == "old"


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600])
def test_permissions_are_those_that_are_asked_for(tmp_path: Path, mode: int) -> None:
    write_atomically(tmp_path / "place", b"new", mode)
    assert (tmp_path / "place").stat().st_mode & 0o7777 == mode


@pytest.mark.parametrize("failing", ["write_bytes", "chmod", "replace"])
def test_what_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    plant(tmp_path, {"place": "old"})
    before = snapshot(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError("refused")

    monkeypatch.setattr(Path, failing, refuse)
    with pytest.raises(OSError, match="refused"):
        write_atomically(tmp_path / "place", b"new", 0o644)
    monkeypatch.undo()
    assert snapshot(tmp_path) == before

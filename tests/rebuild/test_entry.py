"""One value in the build cache: facts of the engine, and nothing that could run."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
from pathlib import Path

import pytest

from slugfit.rebuild.entry import read_entry, write_entry
from slugfit.refer.reference import Reference
from slugfit.verify.step import Step

VALUES = (
    (1, "a\udcff", b"\0", None, frozenset({"x"})),
    {"x": Reference("imports", "a.py", "b")},
    [Step("import", "pkg", needed=False)],
)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_is_left_is_found(tmp_path: Path, value: object) -> None:
    write_entry(tmp_path / "new/folder/entry", value)
    assert read_entry(tmp_path / "new/folder/entry") == value


class _Runs:
    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return subprocess.call, (["touch", "ran"],)


@pytest.mark.parametrize("value", [_Runs(), Path("x"), Step.__init__, hashlib.sha256])
def test_nothing_but_facts_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: object
) -> None:
    monkeypatch.chdir(tmp_path)
    body = pickle.dumps(value)
    (tmp_path / "entry").write_bytes(hashlib.sha256(body).digest() + body)
    assert read_entry(tmp_path / "entry") is None
    assert not (tmp_path / "ran").exists()


def test_a_whole_entry_counts_only(tmp_path: Path) -> None:
    file = tmp_path / "entry"
    write_entry(file, ("a", 1))
    whole = file.read_bytes()
    for size in range(len(whole)):
        file.write_bytes(whole[:size])
        assert read_entry(file) is None
    file.write_bytes(whole[:-2] + b"\0" + whole[-1:])
    assert read_entry(file) is None


@pytest.mark.parametrize("kind", ["none", "folder"])
def test_no_entry_is_no_error(tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        (tmp_path / "entry").mkdir()
    assert read_entry(tmp_path / "entry") is None
    write_entry(tmp_path / "entry", 1)

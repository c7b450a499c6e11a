"""What the engine reads out of modules, under each Python that this machine has.

No Python is fetched for it. As root on Debian or Ubuntu ``make pythons`` gets those that a machine
rarely has, and prints what to set for this test.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

import every_python
from pythons import ROOT
from slugfit.catalog.bytecode_formats import BYTECODE_FORMATS, format_of
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KNOWN = {int(item.python.split(".")[1]): item for item in BYTECODE_FORMATS}
# Tests have another home, and no variables of this name.
FOUND = every_python.found(dict(os.environ))
SCRIPT = ROOT / "tests/support/compare_imports.py"
NUMBERS = sorted({*KNOWN, *FOUND})


def answer(programs: Sequence[Path], *arguments: str) -> str | None:
    """What the first of ``programs`` that runs at all says; None if none does."""
    for program in programs:
        start = [str(program), "-I", "-S", "-B"]
        # A version manager's program may only say that it has no such version.
        if subprocess.run([*start, "-c", ""], capture_output=True, check=False).returncode == 0:
            done = subprocess.run([*start, *arguments], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            return done.stdout
    return None


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"3.{number}")
def test_imports_are_those_of_the_syntax_tree_in_every_module(number: int) -> None:
    said = answer(FOUND.get(number, []), str(SCRIPT), str(ROOT / "lib"))
    if said is None:
        pytest.skip(f"this machine has no python3.{number}")
    found: dict[str, Any] = json.loads(said)
    assert found["differences"] == []
    assert found["modules"] > 400
    assert found["imports"] > 2000
    if number in KNOWN:
        assert (found["magic"], found["known"]) == (KNOWN[number].magic, True)
    else:
        assert not found["known"]


def test_a_format_is_known_by_the_whole_of_its_number() -> None:
    for item in BYTECODE_FORMATS:
        first, second = item.magic.to_bytes(2, "little")
        assert format_of(bytes((first, second, 13, 10))) is item
        assert format_of(bytes((first + 1, second, 13, 10))) is None
        assert format_of(bytes((first, second, 13, 13))) is None
    assert format_of(b"") is None


def test_pythons_are_found_by_their_names(tmp_path: Path) -> None:
    names = ("named/python3.15", "root/versions/3.9.1/bin/python3.9", "path/python3.11-config")
    more = ("root/versions/3.11.7/bin/python3.11", "path/python3.11", "path/python3.14t")
    plant(tmp_path, {**dict.fromkeys((*names, *more), ""), "path/python3.12": ""})
    for name in (*names, *more):
        (tmp_path / name).chmod(0o700)
    environment = {
        every_python.VARIABLE: f"{tmp_path}/named/python3.15:{tmp_path}/gone/python3.16",
        "PYENV_ROOT": f"{tmp_path}/root",
        "PATH": f"{tmp_path}/path::{tmp_path}/gone",
    }
    found = every_python.found(environment)
    assert {
        number: [str(item.relative_to(tmp_path)) for item in found[number]] for number in found
    } == {
        15: ["named/python3.15"],
        11: ["root/versions/3.11.7/bin/python3.11", "path/python3.11"],
    }
    assert every_python.found({"HOME": str(tmp_path)}) == {}

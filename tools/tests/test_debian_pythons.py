"""The programs that start another Debian's Pythons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import debian_pythons
from slugfit.catalog.bytecode_formats import BYTECODE_FORMATS
from stack.programs import UnavailableError
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path


def test_a_program_is_started_with_its_own_c_library(tmp_path: Path) -> None:
    plant(
        tmp_path, {"usr/lib64/ld-linux-x86-64.so.2": "", "usr/lib/x86_64-linux-gnu/libc.so.6": ""}
    )
    assert debian_pythons.wrapper(tmp_path, "3.15") == (
        "#!/bin/sh\n"
        f'exec "{tmp_path}/usr/lib64/ld-linux-x86-64.so.2"'
        f' --library-path "{tmp_path}/usr/lib/x86_64-linux-gnu"'
        f' "{tmp_path}/usr/bin/python3.15" "$@"\n'
    )


def test_a_tree_without_a_c_library_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="holds no C library"):
        debian_pythons.wrapper(tmp_path, "3.15")


def test_the_newest_formats_are_those_that_are_fetched() -> None:
    known = [item.python for item in BYTECODE_FORMATS]
    assert tuple(known[-len(debian_pythons.VERSIONS) :]) == debian_pythons.VERSIONS

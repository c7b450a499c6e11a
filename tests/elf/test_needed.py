"""The libraries that an ELF file is linked to, and none of what is damaged."""

from __future__ import annotations

import struct
import sys
import sysconfig
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linked_elf import library
from slugfit.elf.needed import needed_libraries

LIBRARIES = sorted(Path(sysconfig.get_path("stdlib"), "lib-dynload").glob("*.so"))


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_both_classes_and_orders_are_read(tmp_path: Path, *, wide: bool, order: str) -> None:
    file = tmp_path / "x.so"
    file.write_bytes(library((b"libc.so.6", b"libextra.so.1"), wide=wide, order=order))
    assert needed_libraries(file) == {"libc.so.6", "libextra.so.1"}


@pytest.mark.skipif(sys.platform != "linux", reason="ELF is what Linux has")
@pytest.mark.parametrize("file", LIBRARIES[:8], ids=lambda file: file.name)
def test_real_libraries_need_what_the_system_has(file: Path) -> None:
    assert all(name.startswith(("lib", "ld-")) for name in needed_libraries(file))


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"text", b"\x7fELF\x02\x01" + b"\xff" * 90])
def test_what_is_no_library_needs_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    assert needed_libraries(tmp_path / "x") == frozenset()
    assert needed_libraries(tmp_path / "missing") == frozenset()


@pytest.mark.parametrize("last", [b"\1", b"\0"])
def test_no_more_is_read_than_the_file_holds(tmp_path: Path, last: bytes) -> None:
    """Thousands of dynamic segments, and thousands of names that go on to the end of the file."""
    form, count, length = struct.Struct("<2I6Q"), 2000, 300_000
    at = 64 + count * form.size
    size = at + length
    pairs = b"".join(struct.pack("<qQ", 1, name) for name in range(3000))
    strings = len(pairs) + 48
    pairs += struct.pack("<qQqQqQ", 5, at + strings, 10, length - strings, 0, 0)
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head = struct.pack("<16s2HI3QI6H", ident, 3, 62, 1, 0, 64, 0, 0, 64, form.size, count, 64, 0, 0)
    segments = [form.pack(1, 4, 0, 0, 0, size, size, 1)]
    segments += [form.pack(2, 4, at, at, at, length, length, 1)] * (count - 1)
    file = tmp_path / "x.so"
    file.write_bytes(head + b"".join(segments) + pairs.ljust(length - 1, b"\1") + last)
    tracemalloc.start()
    try:
        assert needed_libraries(file) == frozenset()
        assert tracemalloc.get_traced_memory()[1] < 12 * size
    finally:
        tracemalloc.stop()


WHOLE = library((b"libc.so.6",))


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255), st.integers(0, len(WHOLE)))
def test_damage_is_no_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int, end: int
) -> None:
    file = tmp_path_factory.mktemp("x") / "x.so"
    file.write_bytes((WHOLE[:at] + bytes((byte,)) + WHOLE[at + 1 :])[:end])
    assert all(isinstance(name, str) for name in needed_libraries(file))

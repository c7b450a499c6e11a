"""Damaged real libraries: no crash, no more memory than a few times the file, and nothing that a
loader reads is ever changed."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import tracemalloc
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damaged_elf import (
    ALLOC,
    HEADERS,
    NOBITS,
    SHOFF,
    damage,
    real_libraries,
    tables,
    variants,
    written,
)
from slugfit.elf.elf_file import parse_elf
from slugfit.elf.needed import needed_libraries
from slugfit.elf.tail import Tail, removable_tail
from slugfit.elf.truncate import blanked, write_truncated
from strategies import examples

if TYPE_CHECKING:
    from pathlib import Path

LIBRARIES = real_libraries(largest=200_000, count=12)
ORIGINALS = [new for file in LIBRARIES for new in variants(file.read_bytes())]
RANDOM = st.integers(0, 2**64 - 1).map(Random)
"""Seeded: hypothesis's own would draw each number by itself."""

pytestmark = pytest.mark.skipif(not LIBRARIES, reason="no extension modules here")


def cut(data: bytes, tail: Tail) -> bytes:
    kept = blanked(data[: tail.keep], 0, tail.blank)
    return tail.header + kept[len(tail.header) :] + tail.end


def check(data: bytes) -> bool:
    """Whether something can be cut off; all that may never happen is asserted."""
    tail = removable_tail(io.BytesIO(data))
    if tail is None:
        return False
    after = cut(data, tail)
    assert len(after) == tail.size - tail.saving
    old, new = tables(data), tables(after)
    start, end = SHOFF[old.kind]
    size = struct.calcsize(HEADERS[old.kind])
    assert after[:start] + after[end:size] == data[:start] + data[end:size]
    assert new.segments == old.segments
    for _, offset, length in old.ranges:
        first = max(offset, end if offset < end else 0)
        assert after[first : offset + length] == data[first : offset + length]
        assert after[offset:start] == data[offset:start]
    names = old.sections[old.header[13]], new.sections[old.header[13]]
    for number, (before, now) in enumerate(zip(old.sections, new.sections, strict=True)):
        if before[2] & ALLOC and before[1] not in (0, NOBITS):
            assert now == before
            first = max(before[4], end)
            assert after[first : before[4] + before[5]] == data[first : before[4] + before[5]]
        if any(now):
            told = [
                file[table[4] : table[4] + table[5]][item[0] :].partition(b"\0")[0]
                for file, table, item in ((data, names[0], before), (after, names[1], now))
            ]
            assert told[0] == told[1], number
            is_tools_own = told[0] == b".comment" or told[0].startswith(b".note")
            if is_tools_own and before[1] not in (0, NOBITS) and before[4] >= end:
                assert after[now[4] : now[4] + now[5]] == data[before[4] : before[4] + before[5]]
    parse_elf(io.BytesIO(after))
    assert removable_tail(io.BytesIO(after)) is None
    return True


def test_the_libraries_themselves_lose_something() -> None:
    several = [check(data) for data in ORIGINALS]
    if not any(b".symtab" in data for data in ORIGINALS):
        pytest.skip("all libraries here were stripped")
    assert any(several)


@examples(2000)
@given(data=st.sampled_from(ORIGINALS), random=RANDOM)
def test_no_damage_reaches_what_is_loaded(data: bytes, random: Random) -> None:
    check(damage(data, random))


@examples(600)
@given(data=st.sampled_from(ORIGINALS), random=RANDOM)
def test_no_damage_hides_an_error_in_what_is_needed(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, random: Random
) -> None:
    file = tmp_path_factory.getbasetemp() / "damaged.so"
    file.write_bytes(damage(data, random))
    assert all(isinstance(name, str) for name in needed_libraries(file))


@examples(150)
@given(data=st.sampled_from(ORIGINALS), random=RANDOM)
def test_memory_stays_within_a_few_files(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, random: Random
) -> None:
    damaged = damage(data, random)
    file = tmp_path_factory.getbasetemp() / "damaged.so"
    file.write_bytes(damaged)
    assert _peak(file) < 12 * len(damaged) + 100_000


def test_sections_without_end_are_read_in_a_moment(tmp_path: Path) -> None:
    """Tens of thousands of sections over segments, names and comments: each is looked at once."""
    whole = LIBRARIES[0].read_bytes()
    found = tables(whole)
    names = found.sections[found.header[13]]
    inner = (names[0], 1, 0, 0, 0, len(whole), 0, 0, 1, 0)
    loaded = (names[0], 1, ALLOC, 0, 0, 64, 0, 0, 1, 0)
    comment = (whole[names[4] :].index(b".comment"), 1, 0, 0, len(whole) - 9, 9, 0, 0, 1, 0)
    for more in ((inner, loaded), (comment,), (inner, inner)):
        sections = [*found.sections, *(more * 30_000)[:30_000]]
        header = (
            *found.header[:6],
            len(whole),
            *found.header[7:12],
            len(sections),
            found.header[13],
        )
        file = tmp_path / "damaged.so"
        new = replace(found, header=header, sections=sections)
        file.write_bytes(written(whole + bytes(30_100 * 64), new, 2, 1))
        assert _peak(file) < 12 * file.stat().st_size


def _peak(file: Path) -> int:
    tracemalloc.start()
    try:
        removable_tail(file)
        needed_libraries(file)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(shutil.which("readelf") is None, reason="binutils are not installed")
@examples(40)
@given(data=st.sampled_from(ORIGINALS), random=RANDOM)
def test_readelf_tells_the_same_of_what_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, random: Random
) -> None:
    folder = tmp_path_factory.mktemp("readelf")
    for number, content in enumerate((data, damage(data, random))):
        before, after = folder / f"before{number}.so", folder / f"after{number}.so"
        before.write_bytes(content)
        tail = removable_tail(before)
        if tail is not None:
            write_truncated(before, after, tail)
            assert _told(after) == _told(before)


def _told(file: Path) -> tuple[str, ...]:
    """What readelf finds by the program headers alone, and how much it complains."""
    run = subprocess.run(
        ["readelf", "--wide", "--segments", "--dynamic", "--use-dynamic", file],
        capture_output=True,
        check=False,
    )
    told = run.stdout.decode("utf-8", "replace")
    headers, _, rest = told.partition("Section to Segment mapping")
    return headers, rest[rest.find("Dynamic section") :]


@pytest.mark.skipif(shutil.which("readelf") is None, reason="binutils are not installed")
@pytest.mark.parametrize("file", LIBRARIES[:6], ids=lambda file: file.name)
def test_readelf_tells_the_same_of_what_is_needed(file: Path) -> None:
    run = subprocess.run(["readelf", "--dynamic", file], capture_output=True, check=True)
    lines = [line for line in run.stdout.decode().splitlines() if "(NEEDED)" in line]
    assert needed_libraries(file) == {line.partition("[")[2].rstrip("]") for line in lines}

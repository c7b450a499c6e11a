"""What the property tests draw: trees of every kind, and damage to real files.

``HYPOTHESIS_PROFILE=long pytest …`` runs each property for minutes, with new examples each time.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from trees import Content, Folder, Link, plant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def examples(usual: int) -> settings:
    """This many examples, the same each time; as many new ones as the profile says if it is long.

    A long run may be given its own number: ``SLUGFIT_TEST_EXAMPLES``.
    """
    many = int(os.environ.get("SLUGFIT_TEST_EXAMPLES", "5000")) if LONG else usual
    return settings(max_examples=many, suppress_health_check=list(HealthCheck))


_STRANGE = ("two\nlines", "c\rr", "x y", "\udcff", "é", "e\u0301", "..a", "-rf", "--help", "#", "'")
_STRANGER = ('"', "a,b", ".slugfit", "*", "[a]", "\\", "~", "x" * 99, "CON", "$HOME", "%s", "|")
NAMES = st.one_of(
    st.sampled_from(("a", "A", "b", "tests", "Tests", *_STRANGE, *_STRANGER)),
    st.binary(min_size=1, max_size=6).map(
        lambda name: os.fsdecode(name.replace(b"/", b"x").replace(b"\0", b"x")) + "_"
    ),
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
LINKS = st.one_of(
    PATHS.map(Link),
    st.sampled_from(
        [Link("."), Link(".."), Link("../../outside"), Link("/"), Link("/nowhere"), Link("self")]
    ),
)
CONTENTS: st.SearchStrategy[Content] = st.one_of(
    st.binary(max_size=20), LINKS, st.just(Folder()), st.sampled_from(["import a\n", "'tests'\n"])
)


@dataclass(frozen=True)
class State:
    """One name as it lies on disk, with all that putting back has to bring back."""

    mode: int
    owner: tuple[int, int]
    content: bytes | str
    mtime_ns: int


def state(root: Path) -> dict[str, State]:
    """Everything below ``root``; folders without their times, which change with what is in them."""
    found: dict[str, State] = {}
    for above, folders, files in os.walk(root):
        for name in folders + files:
            place = os.path.join(above, name)
            status = os.lstat(place)
            content: bytes | str = b""
            if stat.S_ISLNK(status.st_mode):
                content = os.readlink(place)
            elif stat.S_ISREG(status.st_mode):
                with open(place, "rb") as file:
                    content = file.read()
            time = 0 if stat.S_ISDIR(status.st_mode) else status.st_mtime_ns
            owner = (status.st_uid, status.st_gid)
            found[os.path.relpath(place, root)] = State(status.st_mode, owner, content, time)
    return found


def plant_what_fits(root: Path, content: Mapping[str, Content]) -> None:
    """Plant what goes together; a file in the way of a folder wins."""
    for name, item in content.items():
        with contextlib.suppress(OSError):
            plant(root, {name: item})


Damage = tuple[int, int, bytes]


def damage(most: int = 8) -> st.SearchStrategy[list[Damage]]:
    """Changes to bytes: (where, in parts of the whole; how many go; what comes there)."""
    marks = (b"\n", b"\r", b'"', b",", b"\0", b"\xff", b"..", b"../", b"/", b"=", b"[", b"]", b":")
    words = (b"\xff\xff\xff\x7f", bytes(4), b"../../../../../../etc/passwd", b"/etc/passwd")
    pieces = st.one_of(st.binary(max_size=4), st.sampled_from(marks + words))
    return st.lists(
        st.tuples(st.integers(0, 1 << 16), st.sampled_from([0, 0, 1, 1, 4, 40]), pieces),
        min_size=1,
        max_size=most,
    )


def damaged(original: bytes, changes: list[Damage]) -> bytes:
    """The file after its damage."""
    data = original
    for where, length, piece in changes:
        at = where * (len(data) + 1) >> 16
        data = data[:at] + piece + data[at + length :]
    return data


_NAMES = b"\0.text\0.debug\0.names\0"


def library(tail: int = 8192) -> bytes:
    """A made-up ELF library for x86-64 with ``tail`` bytes of debug data that nothing loads."""
    names_at = 0x300 + tail
    start = struct.pack(
        "<16s2HI3QI6H",
        *(b"\x7fELF\x02\x01\x01" + bytes(9), 3, 62, 1, 0, 64, names_at + len(_NAMES), 0),
        *(64, 56, 1, 64, 4, 3),
    )
    start += struct.pack("<2I6Q", 1, 5, 0, 0, 0, 0x300, 0x300, 4096)
    table = bytes(64)
    for name, kind, flags, offset, length in (
        (1, 1, 6, 0x200, 0x100),
        (7, 1, 0, 0x300, tail),
        (14, 3, 0, names_at, len(_NAMES)),
    ):
        table += struct.pack("<2I4Q2I2Q", name, kind, flags, 0, offset, length, 0, 0, 1, 0)
    return start.ljust(0x300, b"t") + b"d" * tail + _NAMES + table

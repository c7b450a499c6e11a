"""What holds for every tree, every list and every damaged file, not only for those we thought of.

``HYPOTHESIS_PROFILE=long`` looks for minutes (see strategies.py).
"""

from __future__ import annotations

import importlib.metadata
import io
import os
import posixpath
import struct
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from pythons import ROOT
from pythons import settings as configured
from slugfit.apply.record import rewrite_record
from slugfit.apply.transaction import restore_tree
from slugfit.base.errors import UsageError
from slugfit.base.paths import path_inside
from slugfit.base.toml import slugfit_table, slugfit_table_by_hand
from slugfit.elf.tail import removable_tail
from slugfit.elf.truncate import write_truncated
from slugfit.pipeline import slim_tree
from slugfit.plan.make import make_plan
from slugfit.scan.bytecode import source_of
from slugfit.scan.distributions import parse_entry_points, record_rows
from slugfit.scan.layout import recognise_layout
from slugfit.scan.owners import read_owners
from slugfit.scan.tree import scan_tree
from slugfit.settings.config import read_config
from strategies import (
    CONTENTS,
    PATHS,
    Damage,
    damage,
    damaged,
    examples,
    library,
    plant_what_fits,
    state,
)
from trees import SITE, Content, distribution, plant, slug

if TYPE_CHECKING:
    from strategies import State


# --- any tree, planned, applied and restored

LISTED = st.one_of(
    PATHS,
    st.sampled_from(
        ["pkg/__init__.py", "pkg/tests/x.py", "pkg/core.so", "../../../../../app.py", "/etc/passwd"]
    ),
    st.sampled_from(["../" * 9 + "etc/passwd", "", ".", "..", "pkg", "pkg/tests/", "./pkg//a.pyi"]),
)
LINES = st.one_of(
    PATHS,
    st.sampled_from(
        ["*", "!*.py", "/.heroku/", "tests/", "!tests/", "**", "*.so", "# no", "!", "["]
    ),
    st.sampled_from(["a", "/a", "a/", "!a", "\\", "[!a]", "*/", "!/a/*", "?", " ", "lib*/**/pkg"]),
)


@st.composite
def slugs(draw: st.DrawFn) -> dict[str, Content]:
    """A slug with a package whose RECORD may lie, strange files anywhere, and a list."""
    site: dict[str, Content] = {
        "pkg/__init__.py": "",
        "pkg/a.pyi": "",
        "pkg/core.so": library(),
        "pkg/tests/x.py": "",
    }
    for path, content in draw(st.dictionaries(PATHS, CONTENTS, max_size=5)).items():
        site.setdefault(f"pkg/tests/{path}" if draw(st.booleans()) else path, content)
    found = distribution("pkg", "1.0", site)
    if draw(st.booleans()):
        rows = draw(st.lists(st.tuples(LISTED, LISTED), max_size=8))
        quoted = ('"' + path.replace('"', '""') + f'",{other},\n' for path, other in rows)
        found["pkg-1.0.dist-info/RECORD"] = os.fsencode("".join(quoted))
    planted = slug(found, app_py="import pkg\n")
    lines = draw(st.lists(LINES, max_size=4))
    if lines:
        planted[".slugfitignore"] = os.fsencode("\n".join(lines))
    return {**draw(st.dictionaries(PATHS, CONTENTS, max_size=4)), **planted}


def _files(found: dict[str, State], root: Path) -> set[str]:
    return {path for path in found if not os.path.isdir(root / path) or (root / path).is_symlink()}


def _without_own(found: dict[str, State]) -> dict[str, State]:
    """Without an empty folder of Slugfit's own name."""
    own = [path for path in found if path.split("/")[0] == ".slugfit"]
    return {path: item for path, item in found.items() if own != [".slugfit"] or path not in own}


@examples(30)
@given(planted=slugs(), data=st.data())
def test_any_tree_slimmed_and_restored_is_what_it_was(
    planted: dict[str, Content], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = plant(Path(folder), {"outside/kept": "x", "root": ""}) / "root"
        root.unlink()
        plant_what_fits(root, planted)
        for entry in scan_tree(root).entries:
            if entry.kind in ("file", "folder") and data.draw(st.integers(0, 5)) == 0:
                (root / entry.path).chmod(data.draw(st.integers(0, 0o7777)) | 0o700)
        before, outside = state(root), state(Path(folder, "outside"))
        names = _files(before, root)
        chosen = configured(VERIFY="off")
        outcome = slim_tree(root, chosen, keep_stash=True)
        left = _files(state(root), root)
        gone = {item.path for item in outcome.planned.decisions if item.action == "remove"}
        if outcome.undone:
            assert _without_own(state(root)) == _without_own(before)
            return
        inside = {path for path in left if path.split("/")[0] != ".slugfit"}
        assert inside == {path for path in names - gone if path.split("/")[0] != ".slugfit"}
        if gone.isdisjoint({".slugfitignore", "app.py"}):
            again = make_plan(root, chosen)
            assert not [item.path for item in again.decisions if item.action != "keep"]
        restore_tree(root)
        assert _without_own(state(root)) == _without_own(before)
        assert state(Path(folder, "outside")) == outside


# --- RECORD

FIELDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
ROWS = st.lists(
    st.tuples(st.one_of(PATHS, FIELDS.filter(bool), LISTED.filter(bool)), FIELDS, FIELDS),
    max_size=8,
)


@examples(300)
@given(rows=ROWS, data=st.data(), ending=st.sampled_from(["\n", "\r\n"]))
def test_a_rewritten_record_says_the_same_of_all_that_stays(
    rows: list[tuple[str, str, str]], data: st.DataObject, ending: str
) -> None:
    text = "".join(
        ",".join('"' + field.replace('"', '""') + '"' for field in row) + ending for row in rows
    )
    paths = sorted(filter(None, {path_inside("s/p", row[0]) for row in rows}))
    some = st.sets(st.sampled_from(paths)) if paths else st.just(set())
    gone, changed = data.draw(some), data.draw(some)
    digests = dict.fromkeys(changed, ("sha256=x", 7))
    old = text.encode("utf-8", "surrogateescape")
    new = rewrite_record(old, "s/p", gone, changed).with_digests(digests)
    expected = []
    for name, digest, size in rows:
        path = path_inside("s/p", name)
        if path not in gone:
            expected.append([name, "sha256=x", "7"] if path in changed else [name, digest, size])
    faults: list[str] = []
    assert list(record_rows(new.decode("utf-8", "surrogateescape"), faults)) == expected
    assert not faults
    assert rewrite_record(new, "s/p", gone, ()).with_digests({}) == new


@cache
def _metadata() -> dict[str, list[bytes]]:
    """The metadata files of all that is installed here, by name."""
    found: dict[str, list[bytes]] = {"RECORD": [], "METADATA": [], "entry_points.txt": []}
    for dist in importlib.metadata.distributions():
        for name, texts in found.items():
            if text := dist.read_text(name):
                texts.append(text.encode("utf-8", "surrogateescape")[:20_000])
    assert all(found.values())
    return {name: sorted(texts) for name, texts in found.items()}


@examples(40)
@given(data=st.data())
def test_no_damage_to_metadata_raises_or_names_a_file_outside(data: st.DataObject) -> None:
    info = "pkg-1.0.dist-info"
    site: dict[str, Content] = {"pkg/__init__.py": "", "pkg/tests/x.py": "", "etc/passwd": ""}
    for name, texts in _metadata().items():
        original = texts[data.draw(st.integers(0, len(texts) - 1))]
        site[f"{info}/{name}"] = damaged(original, data.draw(damage()))
    with tempfile.TemporaryDirectory() as folder:
        root = plant(Path(folder), slug(site))
        found = scan_tree(root)
        paths = {entry.path for entry in found.entries}
        owners = read_owners(found, recognise_layout(found))
        (dist,) = owners.distributions
        assert dist.files <= paths
        assert set(owners.by_path) == paths
        assert all(isinstance(fault, str) for fault in dist.faults)
        old = (root / SITE / info / "RECORD").read_bytes()
        gone = data.draw(st.sets(st.sampled_from(sorted(paths)), max_size=3))
        new = rewrite_record(old, dist.site, gone, ()).with_digests({})
        if not (faults := [fault for fault in dist.faults if "cannot be read" in fault]):
            text = new.decode("utf-8", "surrogateescape")
            kept = [row[0] for row in record_rows(text, faults)]
            assert not gone & {path_inside(dist.site, name) for name in kept}


@examples(100)
@given(changes=damage(12), which=st.integers(0, 1 << 10))
def test_no_damage_to_entry_points_raises(changes: list[Damage], which: int) -> None:
    texts = _metadata()["entry_points.txt"]
    text = damaged(texts[which % len(texts)], changes).decode("utf-8", "surrogateescape")
    for point in parse_entry_points(text, []):
        assert point.module == point.module.strip() != ""


PROJECT = (
    (ROOT / "pyproject.toml").read_bytes()
    + b"""
[tool.slugfit]
level = "standard"
keep = ["a", 'b', \"\"\"c\"\"\"]
strict = true
limit = "500M"
"""
)


@examples(300)
@given(changes=damage(12))
def test_a_damaged_pyproject_is_read_or_is_an_error_of_ours(changes: list[Damage]) -> None:
    text = damaged(PROJECT, changes).decode("utf-8", "replace")
    for read in (slugfit_table, slugfit_table_by_hand):
        try:
            assert isinstance(read(text), dict)
        except ValueError as error:  # noqa: PERF203 - two readers
            assert str(error)  # noqa: PT017 - either is right
    try:
        read_config({}, text)
    except UsageError as error:
        assert "pyproject.toml" in error.what or "SLUGFIT_" in error.what  # noqa: PT017


# --- ELF


def _mapped(data: bytes) -> list[tuple[int, int]]:
    """(start, end) of what a loader maps, read without the engine's own reader."""
    (phoff,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    found = []
    for at in range(phoff, phoff + size * count, size):
        kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", data, at)
        if kind == 1:
            found.append((offset, offset + length))
    return found


def _without_section_table(data: bytes) -> bytes:
    """Without the three fields of the ELF header that say where the sections are."""
    return data[:40] + bytes(8) + data[48:60] + bytes(4) + data[64:]


@cache
def _libraries() -> tuple[bytes, ...]:
    """Made-up ones, and a real one that can be cut if this machine has one."""
    found = [library(), library(20_000)]
    for file in sorted(Path(sys.base_prefix, "lib").glob("**/lib-dynload/*.so")):
        if removable_tail(file) is not None:
            return (*found, file.read_bytes())
    return tuple(found)


FIELD = st.tuples(
    st.sampled_from([0, 0, 0, 1]),
    st.integers(0, 1023),
    st.one_of(
        st.integers(0, 255),
        st.sampled_from([0x300, 0x301, 0x200, 0x1000, 0x2300, 0xFFFF, 1 << 31, 1 << 63]),
    ),
)


@examples(300)
@given(which=st.integers(0, 2), fields=st.lists(FIELD, max_size=6), changes=damage(2))
def test_nothing_that_is_mapped_is_cut(
    which: int, fields: list[tuple[int, int, int]], changes: list[Damage]
) -> None:
    libraries = _libraries()
    data = bytearray(libraries[which % len(libraries)])
    for end, at, number in fields:
        place = len(data) - 1 - at if end else at // 4
        width = 1 if number < 256 else 8 if number > 0xFFFF else 2
        data[place : place + width] = number.to_bytes(width, "little")
    original = bytes(data) if len(fields) > 2 else damaged(bytes(data), changes[: len(fields)])
    tail = removable_tail(io.BytesIO(original))
    if tail is None or original[4:6] != b"\2\1":
        return
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source"), Path(folder, "target")
        source.write_bytes(original)
        write_truncated(source, target, tail)
        assert source.read_bytes() == original
        new = target.read_bytes()
    assert len(new) <= len(original)
    for start, end in _mapped(original):
        before = _without_section_table(original)[start:end]
        assert _without_section_table(new)[start:end] == before
    assert _mapped(new) == _mapped(original)


# --- names


@examples(300)
@given(paths=st.lists(PATHS, max_size=6), extra=st.lists(PATHS, max_size=3))
def test_every_path_has_one_owner_and_a_source_of_its_own(
    paths: list[str], extra: list[str]
) -> None:
    for path in (*paths, *(f"{path}/__pycache__/m.cpython-311.pyc" for path in extra)):
        source = source_of(path)
        if source is not None:
            assert path_inside("", source) == posixpath.normpath(source)

from __future__ import annotations

import os
import shutil
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.base.errors import TreeError
from slugfit.base.paths import Places, path_inside
from slugfit.scan.tree import scan_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

from trees import Folder, Link, plant, snapshot

STRANGE = (
    *("a b", " ", "a\nb", "\t", "é", "\udcff\udcfe", "-rf", "*", "[x]", "a\\b", "'\"", "~", "..."),
    *("..x", ".hidden", "a:b", "%s{}$HOME", "\x01\x7f", "x" * 255, "\u202e", "con", "a,b"),
)


@pytest.mark.parametrize("name", STRANGE, ids=ascii)
def test_any_name_is_found_as_it_is(tmp_path: Path, name: str) -> None:
    plant(tmp_path, {f"{name}/{name}": "x"})
    found = scan_tree(tmp_path)
    assert [(entry.path, entry.kind) for entry in found.entries] == [
        (name, "folder"),
        (f"{name}/{name}", "file"),
    ]
    assert Places(tmp_path).of(f"{name}/{name}").read_text() == "x"


def test_every_kind_of_entry_is_told_apart(tmp_path: Path) -> None:
    plant(tmp_path, {"file": "four", "folder": Folder(), "link": Link("target"), "d": Link("..")})
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket"))
        found = {entry.path: entry for entry in scan_tree(tmp_path).entries}
    assert {path: entry.kind for path, entry in found.items()} == {
        "d": "link",
        "file": "file",
        "folder": "folder",
        "link": "link",
        "pipe": "other",
        "socket": "other",
    }
    assert found["file"].size == 4
    assert found["link"].size == len("target")
    assert [entry.path for entry in scan_tree(tmp_path).files()] == ["file"]


def test_entries_are_sorted_and_say_what_the_file_system_says(tmp_path: Path) -> None:
    plant(tmp_path, {"b/c": "1", "a": "2", "b-c": "3", "b.d/e": "4", "B": "5"})
    os.chmod(tmp_path / "a", 0o741)
    os.utime(tmp_path / "a", ns=(1, 123_456_789))
    found = scan_tree(tmp_path)
    paths = [entry.path for entry in found.entries]
    assert paths == sorted(paths) == ["B", "a", "b", "b-c", "b.d", "b.d/e", "b/c"]
    entry = found.entries[1]
    assert (stat.S_IMODE(entry.mode), entry.mtime_ns, entry.writable) == (0o741, 123_456_789, True)
    assert found.root == tmp_path
    assert found.unreadable == ()


def test_no_link_is_followed(tmp_path: Path) -> None:
    outside = plant(tmp_path / "outside", {"secret": "x"})
    root = plant(
        tmp_path / "root",
        {
            "a/loop": Link(".."),
            "a/self": Link("self"),
            "up": Link("../outside"),
            "absolute": Link(str(outside)),
            "dangling": Link("nowhere"),
        },
    )
    assert [(entry.path, entry.kind) for entry in scan_tree(root).entries] == [
        ("a", "folder"),
        ("a/loop", "link"),
        ("a/self", "link"),
        ("absolute", "link"),
        ("dangling", "link"),
        ("up", "link"),
    ]


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    plant(tmp_path, {"real/a": "", "link": Link("real")})
    assert [entry.path for entry in scan_tree(tmp_path / "link").entries] == ["a"]


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[str]:
    """The path of a file in more folders than Python nests calls; what clears up nests calls."""
    here, depth = os.getcwd(), 1300
    try:
        os.chdir(tmp_path)
        for _ in range(depth):
            os.mkdir("d")
            os.chdir("d")
        Path("end").write_text("x")
    finally:
        os.chdir(here)
    yield "d/" * depth + "end"
    os.unlink(tmp_path / ("d/" * depth + "end"))
    for left in range(depth, 0, -1):
        os.rmdir(tmp_path / ("d/" * left))


def test_a_tree_may_be_deeper_than_python_recurses(tmp_path: Path, deep: str) -> None:
    assert scan_tree(tmp_path).entries[-1].path == deep
    assert Places(tmp_path).of(deep).read_text() == "x"


def test_what_lies_beyond_the_longest_path_is_left_alone(tmp_path: Path) -> None:
    plant(tmp_path, {"a/open": "", "b": ""})
    here, name = os.getcwd(), "d" * 250
    try:
        os.chdir(tmp_path / "a")
        for _ in range(20):
            os.mkdir(name)
            os.chdir(name)
        Path("end").write_text("x")
    finally:
        os.chdir(here)
    found = scan_tree(tmp_path)
    assert len(found.unreadable) == 1
    assert found.unreadable[0].startswith(f"a/{name}/{name}")
    assert {"a/open", "b"} < {entry.path for entry in found.entries}
    shutil.rmtree(tmp_path / "a")


def test_slugfits_own_folder_at_the_root_is_no_part_of_the_tree(tmp_path: Path) -> None:
    plant(tmp_path, {".slugfit/journal": "", "a/.slugfit/x": "", ".slugfitignore": ""})
    paths = [entry.path for entry in scan_tree(tmp_path).entries]
    assert paths == [".slugfitignore", "a", "a/.slugfit", "a/.slugfit/x"]


def test_an_empty_tree_has_no_entries(tmp_path: Path) -> None:
    assert scan_tree(tmp_path).entries == ()


@pytest.mark.parametrize("name", ["missing", "file", "loop"])
def test_a_root_that_is_no_folder_is_an_error(tmp_path: Path, name: str) -> None:
    plant(tmp_path, {"file": "", "loop": Link("loop")})
    with pytest.raises(TreeError, match=f"{name} cannot be read"):
        scan_tree(tmp_path / name)


def test_scanning_changes_nothing(tmp_path: Path) -> None:
    plant(tmp_path, {"a/b": "x", "l": Link("a")})
    before = snapshot(tmp_path)
    scan_tree(tmp_path)
    assert snapshot(tmp_path) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="a superuser may read everything")
@pytest.mark.parametrize("mode", [0o000, 0o300, 0o400], ids=oct)
def test_a_folder_that_cannot_be_read_is_told_and_left_alone(tmp_path: Path, mode: int) -> None:
    plant(tmp_path, {"a/closed/x": "", "a/open": ""})
    os.chmod(tmp_path / "a/closed", mode)
    try:
        found = scan_tree(tmp_path)
    finally:
        os.chmod(tmp_path / "a/closed", 0o700)
    assert found.unreadable == ("a/closed",)
    assert [entry.path for entry in found.entries] == ["a", "a/closed", "a/open"]


def test_a_folder_whose_names_cannot_be_looked_at_is_left_alone_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, {"a/closed/x": "", "a/open": ""})
    scandir = os.scandir

    def refuse(folder: str) -> os._ScandirIterator[str]:
        if os.path.basename(os.path.normpath(folder)) == "closed":
            raise PermissionError(13, "Permission denied", folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    found = scan_tree(tmp_path)
    assert found.unreadable == ("a/closed",)
    assert [entry.path for entry in found.entries] == ["a", "a/closed", "a/open"]


INSIDE = {
    ("", "a"): "a",
    ("", "a/b"): "a/b",
    ("", "./a//b/."): "a/b",
    ("", "a/../b"): "b",
    ("", "..."): "...",
    ("a/b", "c"): "a/b/c",
    ("a/b", "../c"): "a/c",
    ("a/b", "../../c"): "c",
    ("a/b", "../../a/b/c"): "a/b/c",
    ("a", "b\nc"): "a/b\nc",
    ("a", "\udcff"): "a/\udcff",
    ("", ""): None,
    ("", "."): None,
    ("", ".."): None,
    ("a", ".."): None,
    ("a/b", "../../.."): None,
    ("a/b", "../../../etc/passwd"): None,
    ("", "../a"): None,
    ("", "a/../../a"): None,
    ("a", "/etc/passwd"): None,
    ("a", "//etc"): None,
    ("a", "b\0c"): None,
}


@pytest.mark.parametrize(("base", "name"), INSIDE, ids=ascii)
def test_a_name_is_read_inside_a_folder(base: str, name: str) -> None:
    assert path_inside(base, name) == INSIDE[base, name]


_parts = st.lists(
    st.sampled_from(("..", ".", "", "a", "b", "...", "\0", "\udcff", "a b", "~", "c:", "\\", "\n")),
    max_size=8,
)
_names = st.one_of(_parts.map("/".join), st.text(max_size=20))
_bases = st.lists(st.sampled_from(("a", "b")), max_size=3).map("/".join)


@given(base=_bases, name=_names)
def test_no_name_leaves_the_root(base: str, name: str) -> None:
    found = path_inside(base, name)
    if found is None:
        return
    assert found == os.path.normpath(found)
    assert not found.startswith("/")
    assert ".." not in found.split("/")
    assert found == os.path.normpath(os.path.join(base, name)).lstrip("/")
    assert path_inside("", found) == found


@given(name=_names)
def test_places_lie_below_the_root_or_are_refused(name: str) -> None:
    root = Path("/nowhere/root")
    try:
        place = Places(root).of(name)
    except TreeError:
        return
    text = os.fspath(place)
    assert text == f"{root}/{name}" == os.path.normpath(text)


@pytest.mark.parametrize("path", ["", ".", "..", "/", "/a", "a/", "a//b", "./a", "a/../b", "a\0b"])
def test_only_the_plain_path_of_a_file_has_a_place(tmp_path: Path, path: str) -> None:
    plant(tmp_path, {"a/b": "", "b": ""})
    with pytest.raises(TreeError):
        Places(tmp_path).of(path)


def test_a_folder_that_became_a_link_has_no_place_below_it(tmp_path: Path) -> None:
    plant(tmp_path, {"root/a/b/c": "", "outside/b/c": "", "root/link": Link("a")})
    root = tmp_path / "root"
    os.rename(root / "a", root / "old")
    (root / "a").symlink_to(tmp_path / "outside")
    for path in ("a/b/c", "a/b", "a/new", "link/b/c"):
        with pytest.raises(TreeError, match="cannot be changed") as caught:
            Places(root).of(path)
        assert "is a link now" in caught.value.why
    assert Places(root).of("a") == root / "a"
    assert Places(root).of("link") == root / "link"

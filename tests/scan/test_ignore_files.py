from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from slugfit.base.errors import UsageError
from slugfit.scan.faults import Fault
from slugfit.scan.ignore_files import ignore_file_faults, read_ignore_files, read_slugignore
from slugfit.settings.config import read_config
from trees import Content, Folder, Link, plant

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.scan.ignore_files import Ignores
    from slugfit.settings.config import Config


def read(folder: Path, config: Config, *, slugignore_applied: bool = False) -> Ignores:
    return read_ignore_files(
        folder, keep=config.keep, remove=config.remove, slugignore_applied=slugignore_applied
    )


LISTS = (".slugignore", ".slugfitignore", ".slug-post-clean")

# The content of .slugignore, what it excludes, what it leaves.
SLUGIGNORE: dict[str, tuple[str | bytes, str, str]] = {
    "names and folders": (
        "*.md\n/docs\ntests/\n",
        "a.md x/b.md docs/a x/tests/y",
        "a.txt x/docs/a",
    ),
    "comments and empty lines": ("# a\n\n  \n#b\nc\n", "c", "a b #b"),
    "DOS lines": ("a\r\nb/\r\n", "a b/x", "c"),
    "no '!' on this platform": ("*.md\n!keep.md\n", "a.md keep.md", "!keep.txt keep.txt"),
    "an escaped '!'": ("\\!a\n", "!a", "a"),
    "undecodable names": (b"\xff*\n", "\udcffa", "a"),
    "a carriage return inside": ("a\rb\n", "a\rb", "a b"),
    "a mark of UTF-8": ("\ufeffa\n", "a", "b"),
    "empty": ("", "", "a .slugignore"),
}


@pytest.mark.parametrize(("text", "excluded", "left"), SLUGIGNORE.values(), ids=SLUGIGNORE)
def test_slugignore_excludes_what_the_platform_does(
    tmp_path: Path, text: str | bytes, excluded: str, left: str
) -> None:
    content = text.encode() if isinstance(text, str) else text
    found = read_slugignore(plant(tmp_path, {".slugignore": content}))
    assert [path for path in excluded.split(" ") if path and not found.excludes(path)] == []
    assert [path for path in left.split(" ") if path and found.excludes(path)] == []


def test_lines_of_slugignore_that_do_nothing_are_told(tmp_path: Path) -> None:
    plant(tmp_path, {".slugignore": "a\n!b\n# !c\n!d\n"})
    assert list(ignore_file_faults(tmp_path)) == [
        Fault("negation", ".slugignore", 2, "!b"),
        Fault("negation", ".slugignore", 4, "!d"),
    ]


# A line, what is wrong with it, what is meant.
WRITTEN: dict[str, tuple[str, str, list[str]]] = {
    "a dot": ("./docs", "dot", ["/docs"]),
    "a dot of a folder": ("./docs/", "dot", ["/docs/"]),
    "a folder above": ("../docs", "dot", ["/docs"]),
    "a comment": ("docs/  # comment", "comment", ["docs/"]),
    "a dot and a comment": ("./docs/ # comment", "comment", ["/docs/"]),
    "commas": ("docs, tests", "commas", ["docs", "tests"]),
    "commas and dots": ("./docs, ./tests/", "commas", ["/docs", "/tests/"]),
    "a comma at the end": ("docs,", "commas", ["docs"]),
    "quotes": ('"docs/"', "quotes", ["docs/"]),
    "folders of Windows": ("docs\\build", "backslash", ["docs/build"]),
    "a blank before": (" docs", "blanks", ["docs"]),
    "a tab behind": ("docs\t", "blanks", ["docs"]),
}
FINE = (
    "docs",
    "/docs/",
    "*.md",
    "a b",
    "docs/   ",
    ".env",
    "*,v",
    "a,b",
    "\\#a",
    "\\!a",
    "a\\ ",
    "#a, b",
    "",
)
FINE_IN_POST_CLEAN = ("./docs", "  docs", "docs/a/../b", "/docs", "# a")


@pytest.mark.parametrize("name", [".slugignore", ".slugfitignore"])
@pytest.mark.parametrize(("line", "kind", "meant"), WRITTEN.values(), ids=WRITTEN)
def test_a_line_that_matches_nothing_as_it_is_written_is_told(
    tmp_path: Path, name: str, line: str, kind: str, meant: list[str]
) -> None:
    plant(tmp_path, {name: f"a\r\n{line}\r\n"})
    (fault,) = ignore_file_faults(tmp_path)
    assert (fault.kind, fault.file, fault.line, fault.text) == (kind, name, 2, line)
    assert list(fault.instead) == meant


@pytest.mark.parametrize("line", FINE)
def test_a_line_that_can_match_is_no_fault(tmp_path: Path, line: str) -> None:
    plant(tmp_path, {".slugignore": line, ".slugfitignore": f"{line}\n!b\n"})
    assert list(ignore_file_faults(tmp_path)) == []


def test_the_old_list_takes_paths_as_rm_does(tmp_path: Path) -> None:
    plant(tmp_path, {".slug-post-clean": "\n".join((*FINE_IN_POST_CLEAN, "../x", "a, b"))})
    assert [(fault.kind, fault.line) for fault in ignore_file_faults(tmp_path)] == [
        ("outside", 6),
        ("commas", 7),
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_in_another_encoding_is_read_and_told(
    tmp_path: Path, name: str, encoding: str
) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    plant(tmp_path, {name: f"{mark}docs\r\ncaf\xe9\r\n".encode(encoding)})
    found = read(tmp_path, read_config({}))
    lists = found.slugignore if name == ".slugignore" else found.slugfitignore
    assert lists.excludes("docs")
    assert lists.excludes("caf\xe9")
    (fault,) = ignore_file_faults(tmp_path)
    assert (fault.kind, fault.file, fault.text[:4]) == ("encoding", name, encoding[:3] + "-")


def test_utf_16_without_a_mark_is_no_text(tmp_path: Path) -> None:
    plant(tmp_path, {".slugignore": "docs\n".encode("utf-16-le")})
    assert list(ignore_file_faults(tmp_path)) == [Fault("not text", ".slugignore")]


def test_without_lists_nothing_is_excluded(tmp_path: Path) -> None:
    found = read(tmp_path, read_config({}))
    assert list(ignore_file_faults(tmp_path)) == []
    assert [lines.patterns for lines in (found.slugignore, found.slugfitignore, found.keep)] == [
        (),
        (),
        (),
    ]


def test_the_lists_and_the_settings_come_together(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            ".slugignore": "a\n",
            ".slugfitignore": "b\n!b/keep\n",
            ".slug-post-clean": "c/d\n",
        },
    )
    settings = read_config({"SLUGFIT_REMOVE": "e", "SLUGFIT_KEEP": "f"})
    found = read(tmp_path, settings)
    assert [pattern.text for pattern in found.slugignore.patterns] == ["a"]
    assert [pattern.text for pattern in found.slugfitignore.patterns] == [
        "/c/d",
        "b",
        "!b/keep",
        "e",
    ]
    assert [pattern.text for pattern in found.keep.patterns] == ["f"]


# Lines of .slug-post-clean: paths from the app's root, as `rm -rf` would take them.
POST_CLEAN = {
    "a path": ("a/b\n", "a/b a/b/c", "b x/a/b"),
    "a leading slash": ("/a\n", "a a/b", "x/a"),
    "a trailing slash": ("a/\n", "a a/b", "x/a"),
    "a leading dot": ("./a\n", "a", "x/a"),
    "dots inside": ("a/./b/../c\n", "a/c", "a/b c"),
    "white space around": ("  a  \n\tb\r\n", "a b", "c"),
    "a comment": ("# a\n", "", "a"),
    "outside": ("../a\n/../b\n..\n", "", "a b"),
    "the root": ("/\n.\n./\n", "", "a"),
    "a '!' is part of a name": ("!a\n", "!a", "a"),
    "a glob": ("*.md\n", "a.md", "x/a.md"),
}


@pytest.mark.parametrize(("text", "excluded", "left"), POST_CLEAN.values(), ids=POST_CLEAN)
def test_the_old_list_names_paths_from_the_root(
    tmp_path: Path, text: str, excluded: str, left: str
) -> None:
    plant(tmp_path, {".slug-post-clean": text})
    found = read(tmp_path, read_config({})).slugfitignore
    assert [path for path in excluded.split() if not found.excludes(path)] == []
    assert [path for path in left.split() if found.excludes(path)] == []


@pytest.mark.parametrize("content", [Folder(), Link("/etc/hostname"), Link(".gitignore")])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_no_file_of_the_app_is_not_read(
    tmp_path: Path, name: str, content: Content
) -> None:
    plant(tmp_path, {".gitignore": "a\n", name: content})
    found = read(tmp_path, read_config({}))
    assert found.slugignore.patterns == found.slugfitignore.patterns == ()


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    for name in LISTS:
        os.mkfifo(tmp_path / name)
    assert read(tmp_path, read_config({})).slugignore.patterns == ()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_cannot_be_read_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    plant(tmp_path, {name: "a\n"})

    def refuse(file: Path) -> bytes:
        raise PermissionError(13, "Permission denied", file.name)

    monkeypatch.setattr(type(tmp_path), "read_bytes", refuse)
    with pytest.raises(UsageError, match=f"{name} cannot be read") as caught:
        read(tmp_path, read_config({}))
    assert "Permission denied" in caught.value.why


def test_what_the_build_has_made_stays_though_slugignore_names_it(tmp_path: Path) -> None:
    plant(tmp_path, {".slugignore": "static/\n", ".slugfitignore": "*.map\n"})
    chosen = read_config({})
    assert read(tmp_path, chosen).slugignore.excludes("static/a.css") is not None
    after = read(tmp_path, chosen, slugignore_applied=True)
    assert after.slugignore.excludes("static/a.css") is None
    assert after.slugfitignore.excludes("static/a.map") is not None

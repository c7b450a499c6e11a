"""Which folders are packed: hits, and what is near to one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from packed_slugs import packer
from slugfit.packing import units
from slugfit.packing.units import Bundle, SiteFacts, find_bundles
from slugfit.scan.path_files import read_path_files
from slugfit.scan.tree import scan_tree
from trees import SITE, Content, Folder, Link, distribution, plant, slug

if TYPE_CHECKING:
    from pathlib import Path


def _bundles(root: Path) -> tuple[Bundle, ...]:
    found = packer(root)
    tree, layout = scan_tree(root), found.plan.layout
    links = {
        entry.path: os.readlink(root / entry.path) for entry in tree.entries if entry.kind == "link"
    }
    return find_bundles(
        tree, layout, found.sizes.tops, SiteFacts(read_path_files(tree, layout), links)
    )


def _folders(root: Path) -> set[str]:
    return {unit.path[len(SITE) + 1 :] for item in _bundles(root) for unit in item.units}


PACKED: dict[str, dict[str, Content]] = {
    "a package": {"pkg/__init__.py": "x"},
    "libraries": {"pkg.libs/libx-1.so": "x"},
    "data beside it": {"pkg/a": "x", "pkg/deep/er/b": "x"},
    "odd names inside": {"pkg/two\nlines": "x", "pkg/\udcff": "x", "pkg/-rf": "x", "pkg/a b": "x"},
    "an empty folder inside": {"pkg/a": "x", "pkg/empty": Folder()},
    "a link within": {"pkg/a": "x", "pkg/sub/link": Link("../a")},
    "a link to nowhere within": {"pkg/a": "x", "pkg/link": Link("b")},
    "a .pth that leads elsewhere": {"pkg/a": "x", "x.pth": "import other_thing\nother"},
}
NOT_PACKED: dict[str, dict[str, Content]] = {
    "metadata": {"pkg-1.0.dist-info/LICENSE": "x", "pkg.egg-info/x": "x"},
    "a file": {"pkg.py": "x", "pkg.so": "x"},
    "bytecode of files": {"__pycache__/pkg.cpython-311.pyc": "x"},
    "a link that leads out": {"pkg/a": "x", "pkg/link": Link("../other")},
    "a link to its neighbour": {"pkg/a": "x", "pkg/link": Link("../pkg2/a")},
    "an absolute link": {"pkg/a": "x", "pkg/link": Link("/app/pkg/a")},
    "a link itself": {"pkg": Link("../elsewhere")},
    "what a .pth puts on the path": {"pkg/a": "x", "x.pth": "pkg"},
    "a folder in what a .pth puts on the path": {"pkg/sub/a": "x", "x.pth": "pkg/sub"},
    "what a .pth imports": {"pkg/a": "x", "x.pth": "import sys; import pkg; pkg.start()"},
    "what a .start calls": {"pkg/a": "x", "x.start": "pkg.sub:start"},
    "a name that a list cannot hold": {"a b/x": "x", "two\nlines/x": "x", "\udcff/x": "x"},
    "a name like an option": {"-rf/x": "x"},
    "an empty file": {"pkg/a": ""},
}


@pytest.mark.parametrize("site", PACKED.values(), ids=PACKED)
def test_packed(tmp_path: Path, site: dict[str, Content]) -> None:
    plant(tmp_path, slug(site))
    expected = {name.split("/")[0] for name in site} - {"x.pth"}
    assert _folders(tmp_path) == expected


@pytest.mark.parametrize("site", NOT_PACKED.values(), ids=NOT_PACKED)
def test_not_packed(tmp_path: Path, site: dict[str, Content]) -> None:
    plant(tmp_path, slug(site))
    assert _folders(tmp_path) == set()


def test_nothing_but_installed_packages(tmp_path: Path) -> None:
    plant(tmp_path, slug({}, app_py="x"))
    plant(tmp_path, {"data/large": "x", ".heroku/python/lib/python3.11/json/__init__.py": "x"})
    plant(tmp_path, {".heroku/src/editable/x.py": "x", ".heroku/python/share/jupyter/x": "x"})
    assert _folders(tmp_path) == set()


def test_what_is_no_file_is_not_packed(tmp_path: Path) -> None:
    plant(tmp_path, slug({"pkg/a": "x", "other/a": "x"}))
    os.mkfifo(tmp_path / SITE / "pkg/pipe")
    assert _folders(tmp_path) == {"other"}


@pytest.mark.parametrize("mode", [0o577, 0o677, 0o377])
def test_a_folder_that_its_owner_cannot_move_is_not_packed(tmp_path: Path, mode: int) -> None:
    plant(tmp_path, slug({"pkg/sub/a": "x", "other/a": "x"}))
    (tmp_path / SITE / "pkg/sub").chmod(mode)
    assert _folders(tmp_path) == {"other"}
    (tmp_path / SITE / "pkg/sub").chmod(0o755)


def test_a_folder_has_to_be_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "SMALLEST", 10)
    plant(tmp_path, slug({"nine/a": "x" * 5, "nine/b": "x" * 4, "ten/a": "x" * 10}))
    assert _folders(tmp_path) == {"ten"}


def test_folders_of_a_distribution_are_bundled_and_the_largest_comes_first(tmp_path: Path) -> None:
    one: dict[str, Content] = {"one/a": "x", "one.libs/b.so": os.urandom(9000)}
    two: dict[str, Content] = {"two/a": os.urandom(3000)}
    shared: dict[str, Content] = {"space/one/x": "x", "space/two/x": os.urandom(2000)}
    plant(tmp_path, slug({**distribution("one", "1", one), **distribution("two", "1", two)}))
    plant(tmp_path, {f"{SITE}/{name}": content for name, content in shared.items()})
    for name in ("one", "two"):
        with (tmp_path / SITE / f"{name}-1.dist-info/RECORD").open("a") as record:
            record.write(f"space/{name}/x,,\n")
    found = [
        (item.owner, [unit.path[len(SITE) + 1 :] for unit in item.units])
        for item in _bundles(tmp_path)
    ]
    assert found == [("one", ["one", "one.libs"]), ("two", ["space", "two"])]

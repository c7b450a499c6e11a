from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from slugfit.base.errors import NoPythonError
from slugfit.scan.layout import Layout, recognise_layout
from slugfit.scan.tree import Tree, scan_tree
from trees import Content, Folder, Link, layout_of, plant, slug

if TYPE_CHECKING:
    from pathlib import Path


LIB = "lib/python3.11"
# Each: the tree, its shape, its prefix, its site-packages, its own standard library.
SHAPES: dict[str, tuple[dict[str, Content], str, str | None, tuple[str, ...], str | None]] = {
    "a slug": (
        slug({"p.py": ""}, app_py=""),
        "slug",
        ".heroku/python",
        (f".heroku/python/{LIB}/site-packages",),
        f".heroku/python/{LIB}",
    ),
    "an app with a .venv": (
        {".venv/bin/python": "", f".venv/{LIB}/site-packages/p.py": "", "app.py": ""},
        "slug",
        ".venv",
        (f".venv/{LIB}/site-packages",),
        None,
    ),
    "an app with a venv": (
        {"venv/bin/python": "", f"venv/{LIB}/site-packages/p.py": ""},
        "slug",
        "venv",
        (f"venv/{LIB}/site-packages",),
        None,
    ),
    "a virtual environment": (
        {"pyvenv.cfg": "", "bin/python": "", f"{LIB}/site-packages/p.py": "", "lib64": Link("lib")},
        "environment",
        "",
        (f"{LIB}/site-packages",),
        None,
    ),
    "an interpreter": (
        {"bin/python3": "", f"{LIB}/os.py": "", f"{LIB}/site-packages/p.py": ""},
        "prefix",
        "",
        (f"{LIB}/site-packages",),
        LIB,
    ),
    "two versions, the newer first": (
        {
            "bin/python3": "",
            "lib/python3.9/os.py": "",
            "lib/python3.9/dist-packages/p.py": "",
            "lib/python3.10/os.py": "",
            "lib/python3.10/site-packages/p.py": "",
            "lib/python3/dist-packages/p.py": "",
        },
        "prefix",
        "",
        ("lib/python3.10/site-packages", "lib/python3.9/dist-packages"),
        "lib/python3.10",
    ),
    "an interpreter without a global lock": (
        {
            "bin/python3.14t": "",
            "lib/python3.14t/os.py": "",
            "lib/python3.14t/site-packages/p.py": "",
            "lib/python3.14tt/site-packages/p.py": "",
        },
        "prefix",
        "",
        ("lib/python3.14t/site-packages",),
        "lib/python3.14t",
    ),
    "one with a global lock beside it, and an older one": (
        {
            "bin/python3": "",
            "lib/python3.9/os.py": "",
            "lib/python3.9/site-packages/p.py": "",
            "lib/python3.14t/os.py": "",
            "lib/python3.14t/site-packages/p.py": "",
            "lib/python3.14/os.py": "",
            "lib/python3.14/site-packages/p.py": "",
        },
        "prefix",
        "",
        (
            "lib/python3.14/site-packages",
            "lib/python3.14t/site-packages",
            "lib/python3.9/site-packages",
        ),
        "lib/python3.14",
    ),
    "an installation target": (
        {"p-1.0.dist-info/RECORD": "", "p.py": ""},
        "target",
        "",
        ("",),
        None,
    ),
    "an app": ({"app.py": ""}, "app", None, (), None),
    "an app in a folder": ({"src/app.py": "", "Procfile": ""}, "app", None, (), None),
    "an app that is a package": ({"shop/__init__.py": "", "README": ""}, "app", None, (), None),
    "an app that installs itself": ({"pyproject.toml": "", "src/a.py": ""}, "app", None, (), None),
    "an empty .venv is no environment": (
        {".venv/bin": Folder(), "app.py": ""},
        "app",
        None,
        (),
        None,
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_tree_is_recognised_by_what_stands_in_it(tmp_path: Path, name: str) -> None:
    tree, shape, prefix, sites, stdlib = SHAPES[name]
    found = layout_of(plant(tmp_path, tree))
    assert (found.shape, found.prefix) == (shape, prefix)
    assert (found.site_packages, found.stdlib) == (sites, stdlib)


NOT_PYTHON: dict[str, dict[str, Content]] = {
    "nothing": {},
    "other files": {"index.js": "", "src/x.js": ""},
    "Python out of sight": {".hidden/x.py": "", "a/b/c.py": ""},
    "/etc": {"passwd": "", "python3.11/sitecustomize.py": "", "alternatives/x": ""},
    "a name that only looks like an app's": {"requirements.txt/x": "", "scripts/x.py": ""},
    "a bin without a library": {".heroku/python/bin/python": ""},
}


@pytest.mark.parametrize("tree", NOT_PYTHON.values(), ids=NOT_PYTHON)
def test_a_tree_without_python_is_an_error(tmp_path: Path, tree: dict[str, Content]) -> None:
    with pytest.raises(NoPythonError, match="holds no Python") as caught:
        layout_of(plant(tmp_path, tree))
    assert caught.value.why
    assert caught.value.todo


@pytest.mark.parametrize("name", ["python", "python3", "python3.11"])
def test_the_interpreter_is_what_can_be_run(tmp_path: Path, name: str) -> None:
    plant(tmp_path, {"bin/python": "", f"bin/{name}": "", f"{LIB}/os.py": ""})
    assert layout_of(tmp_path).python is None
    os.chmod(tmp_path / "bin" / name, 0o700)
    assert layout_of(tmp_path).python == tmp_path / "bin" / name


def test_the_interpreter_without_a_global_lock_can_be_run(tmp_path: Path) -> None:
    plant(tmp_path, {"bin/python3.14t": "", "lib/python3.14t/os.py": ""})
    os.chmod(tmp_path / "bin/python3.14t", 0o700)
    assert layout_of(tmp_path).python == tmp_path / "bin/python3.14t"


def test_an_interpreter_outside_of_the_tree_is_found_through_its_link(tmp_path: Path) -> None:
    root = plant(
        tmp_path / "venv",
        {"pyvenv.cfg": "", "bin/python": Link("../../python"), f"{LIB}/site-packages/p.py": ""},
    )
    plant(tmp_path, {"python": ""})
    os.chmod(tmp_path / "python", 0o700)
    assert layout_of(root).python == root / "bin/python"


OUTSIDE: dict[str, tuple[dict[str, Content], str]] = {
    "an environment": ({"app.py": "", ".venv": Link("../outside")}, "slug"),
    "its bin folder": (
        {".venv/bin": Link("../../outside/bin"), f".venv/{LIB}/site-packages/p.py": ""},
        "slug",
    ),
    "its library": ({".venv/bin/x": "", ".venv/lib": Link("../../outside/lib")}, "slug"),
    "the app's only folder": ({"src": Link("../outside/src"), "Procfile": ""}, "app"),
    "pyvenv.cfg": ({"pyvenv.cfg": Link("../outside/pyvenv.cfg")}, "environment"),
    "a folder that is not there": ({"app.py": "", ".venv": Link("../missing")}, "app"),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_links_that_lead_out_of_the_tree_are_followed(tmp_path: Path, name: str) -> None:
    tree, shape = OUTSIDE[name]
    outside: dict[str, Content] = {
        "bin/python": "",
        f"{LIB}/site-packages/p.py": "",
        "src/a.py": "",
        "pyvenv.cfg": "",
    }
    plant(tmp_path / "outside", outside)
    assert layout_of(plant(tmp_path / "root", tree)).shape == shape


def test_a_file_system_mounted_on_the_environment_is_looked_into(tmp_path: Path) -> None:
    plant(tmp_path, {".venv/bin/python": "", f".venv/{LIB}/site-packages/p.py": "", "app.py": ""})
    scanned = scan_tree(tmp_path)
    outside = tuple(item for item in scanned.entries if not item.path.startswith(".venv/"))
    assert recognise_layout(Tree(tmp_path, outside, ())).shape == "app"
    assert recognise_layout(Tree(tmp_path, outside, (), (".venv",))).shape == "slug"


def test_the_tree_is_asked_and_not_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, {"bin/python": "", f"{LIB}/os.py": "", f"{LIB}/site-packages/p.py": ""})
    scanned = scan_tree(tmp_path)
    for name in ("listdir", "scandir", "stat", "lstat"):
        monkeypatch.delattr(os, name)
    assert recognise_layout(scanned).shape == "prefix"


def test_a_library_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    plant(tmp_path, {"bin/python": "", f"{LIB}/os.py": "", "app.py": ""})
    scanned = scan_tree(tmp_path)
    seen = tuple(item for item in scanned.entries if not item.path.startswith("lib/"))
    assert recognise_layout(Tree(tmp_path, seen, ("lib",))).shape == "app"


PY = ".heroku/python"
SLUG = Layout("slug", PY, (f"{PY}/{LIB}/site-packages",), f"{PY}/{LIB}", None)
TARGET = Layout("target", "", ("",), None, None)
ENVIRONMENT = Layout("environment", "", (f"{LIB}/site-packages",), None, None)
APP = Layout("app", None, (), None, None)
SCOPES = [
    (SLUG, f"{PY}/{LIB}/site-packages/p/m.py", "site", "p/m.py"),
    (SLUG, f"{PY}/{LIB}/site-packages", "stdlib", "site-packages"),
    (SLUG, f"{PY}/{LIB}/site-packages.py", "stdlib", "site-packages.py"),
    (SLUG, f"{PY}/{LIB}/json/x.py", "stdlib", "json/x.py"),
    (SLUG, f"{PY}/lib/libpython3.11.so", "prefix", "lib/libpython3.11.so"),
    (SLUG, f"{PY}/bin/python", "prefix", "bin/python"),
    (SLUG, f"{PY}3/bin/x", "app", f"{PY}3/bin/x"),
    (SLUG, ".heroku/other", "app", ".heroku/other"),
    (SLUG, "app.py", "app", "app.py"),
    (TARGET, "p/m.py", "site", "p/m.py"),
    (ENVIRONMENT, "bin/tool", "prefix", "bin/tool"),
    (ENVIRONMENT, f"{LIB}/site-packages/p.py", "site", "p.py"),
    (ENVIRONMENT, f"{LIB}/x.py", "prefix", f"{LIB}/x.py"),
    (APP, "lib/python3.11/os.py", "app", "lib/python3.11/os.py"),
]


@pytest.mark.parametrize(("layout", "path", "scope", "inner"), SCOPES)
def test_a_path_has_a_scope_and_a_name_in_it(
    layout: Layout, path: str, scope: str, inner: str
) -> None:
    assert layout.scope(path) == (scope, inner)

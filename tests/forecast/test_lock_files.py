"""Locks that the real tools made (uv, Poetry, Pipenv; a few of their platforms), read for targets.

All four are of Flask, MarkupSafe, colorama on Windows, tomli before 3.11, and a test tool.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from slugfit.forecast.cache import Cache
from slugfit.forecast.errors import ForecastError
from slugfit.forecast.index import parse_page
from slugfit.forecast.lock_files import File, wanted_of_locked
from slugfit.forecast.pdm_lock import read_pdm_lock
from slugfit.forecast.pip_indexes import Indexes, merged
from slugfit.forecast.poetry_lock import read_pipfile_lock, read_poetry_lock
from slugfit.forecast.pylock import read_pylock
from slugfit.forecast.resolve import Resolver, list_at
from slugfit.forecast.target import Target
from slugfit.forecast.toml_file import read_in_child, read_toml
from slugfit.forecast.uv_lock import read_uv_lock
from trees import plant

LOCKS = Path(__file__).parent / "locks"
AMD = Target((3, 11), "x86_64", (2, 39), "heroku-24")
ARM = Target((3, 14), "aarch64", (2, 43), "heroku-26")
FLASK = {"blinker", "click", "flask", "itsdangerous", "jinja2", "markupsafe", "werkzeug"}


def resolver(target: Target, *extras: str) -> Resolver:
    return Resolver(target, Indexes(), Cache(Path("/nonexistent/cache")), extras)


def test_uv_lock_is_followed_from_its_project() -> None:
    _, wanted = resolver(AMD).resolve(LOCKS / "uv.lock")
    assert {item.name for item in wanted} == FLASK
    found = {item.name: item for item in wanted}
    assert found["markupsafe"].url.endswith(
        "markupsafe-3.0.3-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64."
        "manylinux_2_28_x86_64.whl"
    )
    assert found["markupsafe"].digest.startswith("sha256=")
    assert found["markupsafe"].required_by == ("flask", "jinja2", "werkzeug")
    assert found["flask"].required_by == ()


def test_another_target_takes_other_wheels() -> None:
    _, wanted = resolver(ARM).resolve(LOCKS / "uv.lock")
    url = next(item.url for item in wanted if item.name == "markupsafe")
    assert "-cp314-cp314-" in url
    assert "aarch64" in url


def test_an_extra_and_a_marker_bring_more() -> None:
    _, wanted = resolver(AMD, "server").resolve(LOCKS / "uv.lock")
    assert {item.name for item in wanted} == FLASK | {"gunicorn", "packaging"}
    old = Target((3, 10), "x86_64", (2, 39), "heroku-24")
    assert "tomli" in {item.name for item in read_uv_lock(read_toml(LOCKS / "uv.lock"), old)}


def test_uv_takes_the_fork_of_the_target() -> None:
    def package(version: str, marker: str) -> dict[str, object]:
        return {"name": "numpy", "version": version, "resolution-markers": [marker]}

    document = {
        "package": [
            {
                "name": "app",
                "source": {"virtual": "."},
                "dependencies": [
                    {"name": "numpy", "version": "1", "marker": "python_version < '3.12'"},
                    {"name": "numpy", "version": "2", "marker": "python_version >= '3.12'"},
                ],
            },
            package("1", "python_version < '3.12'"),
            package("2", "python_version >= '3.12'"),
        ]
    }
    assert [item.version for item in read_uv_lock(document, AMD)] == ["1"]
    assert [item.version for item in read_uv_lock(document, ARM)] == ["2"]


def test_pylock_names_its_files() -> None:
    _, wanted = resolver(AMD).resolve(LOCKS / "pylock.toml")
    # uv exports the development group with it.
    assert {item.name for item in wanted} == FLASK | {"iniconfig"}
    assert all(item.url.startswith("https://files.example/") for item in wanted)


def test_pylock_knows_extras_and_groups() -> None:
    document = {
        "lock-version": "1.0",
        "default-groups": ["main"],
        "packages": [
            {"name": "a", "marker": "'main' in dependency_groups"},
            {"name": "b", "marker": "'dev' in dependency_groups"},
            {"name": "c", "marker": "'web' in extras"},
            {"name": "d", "vcs": {"type": "git", "url": "https://git.example/d"}},
            {"name": "e", "archive": {"url": "https://files.example/e-1.zip", "size": 7}},
        ],
    }
    assert [item.name for item in read_pylock(document, AMD)] == ["a", "d", "e"]
    locked = read_pylock(document, AMD, ["Web"])
    assert [item.name for item in locked] == ["a", "c", "d", "e"]
    assert (locked[2].source, locked[2].url) == ("repository", "https://git.example/d")
    assert locked[3].files == (File("e-1.zip", "https://files.example/e-1.zip", "", 7),)
    with pytest.raises(ForecastError):
        read_pylock({"lock-version": "2.0"}, AMD)


def test_poetry_lock_takes_the_main_group() -> None:
    locked = read_poetry_lock(read_toml(LOCKS / "poetry.lock"), AMD)
    assert {item.name for item in locked} == FLASK
    asked: list[tuple[str, str]] = []

    def find(index: str, name: str) -> tuple[File, ...]:
        asked.append((index, name))
        file = next(item for item in locked if item.name == name).files[-1]
        return (File("other.whl", "https://files.example/other.whl"), File(file.name, "u", "d"))

    wanted = wanted_of_locked(locked, AMD, find)
    assert {index for index, _ in asked} == {"https://index.example/simple"}
    assert {item.url for item in wanted} == {"u"}


def test_a_lock_of_an_older_poetry_has_categories() -> None:
    document = {
        "package": [
            {"name": "a", "version": "1", "category": "main", "optional": False},
            {"name": "b", "version": "1", "category": "dev", "optional": False},
            {"name": "c", "version": "1", "category": "main", "optional": True},
        ],
        "extras": {"more": ["c (>=1)"]},
    }
    assert [item.name for item in read_poetry_lock(document, AMD)] == ["a"]
    assert [item.name for item in read_poetry_lock(document, AMD, ["more"])] == ["a", "c"]


def test_pdm_lock_takes_the_default_group_and_the_extras() -> None:
    wheel = "https://files.example/c-1-py3-none-any.whl"
    document = {
        "metadata": {"groups": ["default", "dev", "web"]},
        "package": [
            {
                "name": "A.b",
                "version": "1",
                "groups": ["default"],
                "files": [{"file": "a_b-1-py3-none-any.whl", "hash": "sha256:0f"}],
            },
            {"name": "a-b", "version": "1", "groups": ["default"], "extras": ["more"]},
            {"name": "old", "version": "1", "marker": "python_version < '3'"},
            {"name": "tests", "version": "1", "groups": ["dev"]},
            {"name": "c", "version": "1", "groups": ["web"], "files": [{"url": wheel}]},
            {"name": "d", "version": "1", "git": "https://git.example/d", "groups": ["default"]},
            {"name": "e", "version": "1", "path": "./e", "groups": ["default"]},
            {"name": "f", "version": "1", "url": "https://files.example/f-1.zip"},
        ],
    }
    found = read_pdm_lock(document, AMD)
    assert [item.name for item in found] == ["a-b", "d", "e", "f"]
    assert found[0].files == (File("a_b-1-py3-none-any.whl", "", "sha256=0f"),)
    assert [item.source for item in found] == [None, "repository", "local", None]
    asked = {item.name: item for item in read_pdm_lock(document, AMD, ["Web"])}
    assert asked["c"].files == (File("c-1-py3-none-any.whl", wheel),)


def test_a_workspace_without_a_root_is_its_members() -> None:
    document = {
        "manifest": {"members": ["one"]},
        "package": [
            {
                "name": "one",
                "source": {"editable": "packages/one"},
                "dependencies": [{"name": "flask"}],
            },
            {"name": "flask", "version": "3"},
            {"name": "other", "version": "3"},
        ],
    }
    assert [item.name for item in read_uv_lock(document, AMD)] == ["flask"]


def test_pipfile_lock_names_hashes_only() -> None:
    document = json.loads((LOCKS / "Pipfile.lock").read_text())
    locked = read_pipfile_lock(document, AMD)
    assert {item.name for item in locked} == {"blinker", "flask", "markupsafe"}
    hashes = {item.name: item.hashes for item in locked}

    def find(index: str, name: str) -> tuple[File, ...]:
        assert index == "https://index.example/simple"
        if name == "markupsafe":
            return (File(f"{name}-3.0.9-py3-none-any.whl", "new", "sha256=0"),)
        return tuple(
            File(f"{name}-1-py3-none-any.whl", f"u{place}", digest)
            for place, digest in enumerate(sorted(hashes[name]))
        )

    wanted = {item.name: item for item in wanted_of_locked(locked, AMD, find)}
    assert wanted["flask"].url == "u0"
    assert (wanted["markupsafe"].url, wanted["markupsafe"].why) == (
        "",
        "No file of it fits the target.",
    )


def test_a_lock_beside_a_project_is_read(tmp_path: Path) -> None:
    plant(tmp_path, {"pyproject.toml": "", "Pipfile": "", "Pipfile.lock": "{}"})
    assert list_at(tmp_path / "pyproject.toml").name == "pyproject.toml"
    assert list_at(tmp_path / "Pipfile").name == "Pipfile.lock"
    shutil.copy(LOCKS / "uv.lock", tmp_path)
    assert list_at(tmp_path / "pyproject.toml").name == "uv.lock"
    assert list_at(tmp_path).name == "uv.lock"
    with pytest.raises(ForecastError):
        list_at(tmp_path / "gone")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", "= 1"),
        ("uv.lock", ""),
        (
            "uv.lock",
            (
                '[[package]]\nname = "a"\nsource = { virtual = "." }\n'
                'dependencies = [{ name = "b", marker = "nonsense" }]'
            ),
        ),
        ("pylock.toml", 'lock-version = "9"'),
        ("Pipfile.lock", "{"),
        ("pyproject.toml", "[project]\n"),
        ("poetry.lock", "\x00"),
    ],
)
def test_a_list_that_cannot_be_read_is_one_error(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ForecastError) as caught:
        resolver(AMD).resolve(tmp_path / name)
    assert name in caught.value.what or caught.value.what.startswith("The lock")


def test_a_python_without_toml_asks_another() -> None:
    text = (LOCKS / "uv.lock").read_text()
    found = read_in_child("uv.lock", text)
    assert found["package"] == json.loads(
        json.dumps(read_toml(LOCKS / "uv.lock")["package"], default=str)
    )
    with pytest.raises(ForecastError):
        read_in_child("uv.lock", "= 1")


def test_an_index_without_a_package_is_no_failure_if_another_has_it(tmp_path: Path) -> None:
    plant(tmp_path, {"more/flask/index.html": '<a href="flask-3.1.2-py3-none-any.whl">'})
    (tmp_path / "first").mkdir()
    file = "https://files.example/a-1-py3-none-any.whl"
    lock = json.dumps({"default": {"a": {"file": file}, "flask": {"version": "==3.1.2"}}})
    (tmp_path / "Pipfile.lock").write_text(lock)
    indexes = Indexes(f"file://{tmp_path}/first", (f"file://{tmp_path}/more",))
    found = Resolver(AMD, indexes, Cache(tmp_path / "cache")).resolve(tmp_path / "Pipfile.lock")[1]
    assert found[0].url == "https://files.example/a-1-py3-none-any.whl"
    assert found[1].url == f"file://{tmp_path}/more/flask/flask-3.1.2-py3-none-any.whl"


PAGE = "https://me:pw@index.example/simple/a/"


def test_pages_of_an_index_are_read() -> None:
    html = b'<a href="../../files/a-1.whl#sha256=0f">a</a><a href="https://other.example/a-2.whl">'
    assert parse_page(html, "text/html", PAGE) == (
        File("a-1.whl", "https://me:pw@index.example/files/a-1.whl", "sha256=0f"),
        File("a-2.whl", "https://other.example/a-2.whl"),
    )
    document = {"files": [{"filename": "a-1.whl", "url": "x.whl", "hashes": {"sha256": "1"}}]}
    kind = "application/vnd.pypi.simple.v1+json"
    assert parse_page(json.dumps(document).encode(), kind, PAGE) == (
        File("a-1.whl", "https://me:pw@index.example/simple/a/x.whl", "sha256=1"),
    )
    assert parse_page(b"{", kind, PAGE) == ()


@pytest.mark.parametrize(
    ("asked", "settings", "first", "more"),
    [
        (Indexes(), {}, "", ()),
        (Indexes(), {"global.index-url": "a", ":env:.index-url": "b"}, "b", ()),
        (Indexes(), {"/etc/pip.conf": {"global.extra-index-url": "c\nd"}}, "", ("c", "d")),
        (
            Indexes("x", ("y",)),
            {"global.index-url": "a", "global.extra-index-url": "c"},
            "x",
            ("y",),
        ),
    ],
)
def test_indexes_are_those_of_pip(
    asked: Indexes, settings: object, first: str, more: tuple[str, ...]
) -> None:
    found = merged(asked, "https://public.example/simple", settings)
    assert (found.first, found.more) == (first, more)
    default = first or "https://public.example/simple"
    assert found.places("") == (default, *more)
    assert found.places("https://public.example/simple/") == (default, *more)
    assert found.places("https://own.example") == ("https://own.example", *more)

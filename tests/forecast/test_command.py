"""``slugfit forecast`` from its command line, with pip and an index of the test's own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from indexes import hermetic
from indexes import wheel as made_wheel
from pythons import command
from range_server import Served, serving
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path


def run(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("forecast", *arguments),
        env=dict(hermetic(home)),
        capture_output=True,
        text=True,
        check=False,
    )


def index_of(folder: Path, packages: dict[str, tuple[str, ...]]) -> dict[str, bytes]:
    """Pages and wheels by path: packages by name, with what they require."""
    files: dict[str, bytes] = {}
    for name, requires in packages.items():
        wheel = made_wheel(folder, name, "1.0", "py3-none-any", requires)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        link = f'<a href="/files/{wheel.name}#sha256={digest}">{wheel.name}</a>'
        files[f"/simple/{name}/"] = f"<!doctype html><html><body>{link}</body></html>".encode()
        files[f"/files/{wheel.name}"] = wheel.read_bytes()
    return files


def test_requirements_are_resolved_and_looked_into(tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"requirements.txt": "shop-web\nold; python_version < '3'\n"})
    files = index_of(tmp_path / "w", {"shop-web": ("shop-base>=1",), "shop-base": ()})
    served = Served(files, user="me:s3cret")
    with serving(served) as place:
        index = place.replace("//", "//me:s3cret@") + "/simple/"
        done = run(tmp_path, app, "--index-url", index, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        text = run(tmp_path, app, "--index-url", index, "--app", app)
    document = json.loads(done.stdout)
    assert {item["name"] for item in document["distributions"]} == {"shop-base", "shop-web"}
    assert {item["seen"] for item in document["distributions"]} == {"files"}
    assert "Your own files" in text.stdout
    assert "s3cret" not in done.stdout + text.stdout + text.stderr
    for file in (tmp_path / ".cache/slugfit/forecast").iterdir():
        assert "s3cret" not in file.read_text()


def test_a_second_forecast_asks_nobody(tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"requirements.txt": "shop\n"})
    served = Served(index_of(tmp_path / "w", {"shop": ()}))
    with serving(served) as place:
        first = run(tmp_path, app, "--index-url", f"{place}/simple/")
        asked = len(served.asked)
        second = run(tmp_path, app, "--index-url", f"{place}/simple/")
        assert (len(served.asked), second.stdout) == (asked, first.stdout)
        run(tmp_path, app, "--index-url", f"{place}/simple/", "--fresh")
        assert len(served.asked) > asked
        (app / "requirements.txt").write_text("shop==1.0\n")
        asked = len(served.asked)
        run(tmp_path, app, "--index-url", f"{place}/simple/")
        assert len(served.asked) > asked


def test_a_project_and_another_python(tmp_path: Path) -> None:
    line = "shop; python_version > '3.98'"
    project = ["[project]", 'name = "x"', 'version = "1"', f'dependencies = ["{line}"]']
    app = plant(tmp_path / "app", {"pyproject.toml": "\n".join(project)})
    with serving(Served(index_of(tmp_path / "w", {"shop": ()}))) as place:
        index = ("--index-url", f"{place}/simple/", "--json")
        here = json.loads(run(tmp_path, app, *index).stdout)
        there = json.loads(run(tmp_path, app, *index, "--python", "3.99").stdout)
    assert here["distributions"] == []
    assert [item["name"] for item in there["distributions"]] == ["shop"]
    assert there["target"]["python"] == "3.99"


def test_a_server_without_ranges_is_asked_by_pip_alone(tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"requirements.txt": "shop\n"})
    served = Served(index_of(tmp_path / "w", {"shop": ("base",), "base": ()}), ranges=False)
    with serving(served) as place:
        done = run(tmp_path, app, "--index-url", f"{place}/simple/", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = {item["name"]: item["seen"] for item in json.loads(done.stdout)["distributions"]}
    assert found == {"shop": "size", "base": "size"}


def test_over_the_limit_fails_where_that_is_asked_for(tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"requirements.txt": "shop\n"})
    with serving(Served(index_of(tmp_path / "w", {"shop": ()}))) as place:
        index = ("--index-url", f"{place}/simple/")
        warned = run(tmp_path, app, *index, "--limit", "1M")
        failed = run(tmp_path, app, *index, "--limit", "1M", "--config", "SLUGFIT_OVER_LIMIT=fail")
        settings = '[tool.slugfit]\nover-limit = "fail"\nlimit = "1M"\n'
        (app / "pyproject.toml").write_text(settings)
        by_app = run(tmp_path, app, *index, "--json")
        fits = run(tmp_path, app, *index, "--limit", "heroku")
        unknown = run(tmp_path, app, *index, "--config", "SLUGFIT_OVER_LIMIT=perhaps")
    assert (warned.returncode, warned.stderr) == (0, "")
    assert failed.returncode == by_app.returncode == 3
    assert failed.stdout == warned.stdout
    assert "SLUGFIT_OVER_LIMIT is fail" in failed.stderr
    assert json.loads(by_app.stdout)["verdict"] == "over"
    assert fits.returncode == 0
    assert unknown.returncode == 2


def test_a_folder_is_the_app_whose_files_count(tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"requirements.txt": "shop\n", "data.bin": b"1" * 5000})
    with serving(Served(index_of(tmp_path / "w", {"shop": ()}))) as place:
        index = ("--index-url", f"{place}/simple/", "--json")
        folder = json.loads(run(tmp_path, app, *index).stdout)
        file = json.loads(run(tmp_path, app / "requirements.txt", *index).stdout)
        named = json.loads(run(tmp_path, app / "requirements.txt", "--app", app, *index).stdout)
    assert folder["own"]["uncompressed"] == 5005
    assert folder["own"] == named["own"]
    assert file["own"] is None


def test_two_sets_side_by_side(tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"a.txt": "shop\n", "b.txt": "other\n"})
    files = index_of(tmp_path / "w", {"shop": (), "other": ()})
    with serving(Served(files)) as place:
        index = ("--index-url", f"{place}/simple/")
        done = run(tmp_path, app / "a.txt", "--compare", app / "b.txt", *index)
        document = json.loads(
            run(tmp_path, app / "a.txt", "--compare", app / "b.txt", *index, "--json").stdout
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert "total, slimmed" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if str(tmp_path) not in line)
    assert document["second"]["distributions"][0]["name"] == "other"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gone.txt"], "gone.txt is not a file"),
        (["list.txt", "--limit", "huge"], "--limit huge is not a limit"),
        (["list.txt"], "pip could not resolve"),
        (["list.txt", "--app", "gone"], "pip could not resolve"),
        (["latin1.txt"], "Its byte 5 is not utf-8.\n  Save it as UTF-8."),
        (["wide.txt"], "pip could not resolve"),
        (["circle.txt"], "pip could not resolve"),
        (["list.txt", "--python", "2.7"], "'2.7' is not a version"),
        (["list.txt", "--arch", "sparc"], "invalid choice"),
    ],
)
def test_what_cannot_be_done_is_told_once(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "list.txt").write_text("shop\n")
    (tmp_path / "latin1.txt").write_bytes("shop\xe9\n".encode("latin-1"))
    (tmp_path / "wide.txt").write_bytes("shop\n".encode("utf-16"))
    (tmp_path / "circle.txt").write_text("-r circle.txt\nshop\n")
    names = [os.fspath(tmp_path / item) if "." in item[1:-2] else item for item in arguments]
    done = run(tmp_path, *names, "--index-url", "http://me:s3cret@127.0.0.1:1/simple")
    assert done.returncode == 2
    assert said in done.stderr
    assert "s3cret" not in done.stderr
    assert "Traceback" not in done.stderr
    assert 'File "' not in done.stderr


def test_without_pip_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("shop\n")
    done = subprocess.run(
        command("forecast", tmp_path / "list.txt"),
        env={"PATH": "/nonexistent", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "No pip was found" in done.stderr

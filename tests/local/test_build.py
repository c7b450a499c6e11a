"""Building a slug: the whole line over a made-up standard buildpack, and Procfile reading."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
import subprocess
import tarfile
import time
from typing import TYPE_CHECKING

import pytest

from made_up_buildpack import APP, SITE, UPSTREAM
from pythons import LIB, command, engine
from slugfit.scan.procfile import default_processes, parse_procfile
from trees import Content, distribution, plant

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    folder = plant(tmp_path / "upstream", UPSTREAM)
    for script in (folder / "bin").iterdir():
        script.chmod(0o755)
    return folder


def test_an_app_becomes_a_slug_and_a_report(tmp_path: Path, upstream: Path) -> None:
    app, output = plant(tmp_path / "app", APP), tmp_path / "out"
    # The package is small: what goes of it is worth it all the same.
    worth = ("--config", "SLUGFIT_WORTH=0")
    arguments = ("build", app, "--output", output, "--upstream", upstream, *worth)
    first = engine(*arguments, "--cache", tmp_path / "cache", "--boot")
    assert first.code == 0, first.out + first.err
    for line in (
        "-----> Building app",
        "-----> Installing",
        "-----> Slimmed",
        "Procfile declares types -> web",
        "port bound after",
        f"Each file, and why: {output}/report.html",
    ):
        assert line in first.out
    slug = output / "slug.tgz"
    report = json.loads((output / "report.json").read_text())
    assert (output / "report.html").read_bytes().startswith(b"<!DOCTYPE html>")
    assert report["slug"] == {
        "path": "slug.tgz",
        "bytes": slug.stat().st_size,
        "sha256": hashlib.sha256(slug.read_bytes()).hexdigest(),
    }
    assert report["process_types"] == {"web": "python3 server.py"}
    assert report["buildpack"]["package_manager"] == "made up"
    assert report["boot"]["status"] == 200
    with tarfile.open(slug) as found:
        names = set(found.getnames())
    assert {"./app/app.py", f"./app/{SITE}/pkg/__init__.py"} <= names
    assert {"./app/.profile.d/python.sh", "./app/.profile.d/slugfit.sh"} <= names
    assert not any(part in name for name in names for part in ("pkg/tests", ".pyi", "drafts"))
    # The cache is whole, and another build from it is the same slug.
    assert (tmp_path / "cache" / SITE / "pkg/tests/x.py").exists()
    (tmp_path / "cache" / ".heroku").rename(tmp_path / "old cache")
    before = slug.read_bytes()
    assert engine(*arguments, "--cache", tmp_path / "cache").code == 0
    assert slug.read_bytes() == before


def test_a_packed_slug_is_built_and_booted(tmp_path: Path, upstream: Path) -> None:
    if shutil.which("zstd") is None:
        pytest.skip("there is no program zstd here")
    app, output = plant(tmp_path / "app", APP), tmp_path / "out"
    data = hashlib.shake_256(b"large").digest(600_000)
    large = distribution("large", "1.0", {"large/__init__.py": "", "large/data": data * 2})
    plant(upstream / LIB / "site-packages", large)
    options = ("--upstream", upstream, "--config", "SLUGFIT_PACK=on", "--boot")
    answer = engine("build", app, "--output", output, *options)
    assert answer.code == 0, answer.out + answer.err
    assert "Packed with zstd: 1.2 MB take 0.6 MB of the slug" in answer.out
    report = json.loads((output / "report.json").read_text())
    assert (output / "report.html").read_bytes().startswith(b"<!DOCTYPE html>")
    assert len(report["packing"]["archives"]) == 1
    assert report["boot"]["status"] == 200
    # The list, the script and the manifest are not measured, and what a block holds of one package
    # is told by its bytes alone.
    assert abs(report["slug"]["bytes"] - report["after"]["compressed"]) < 20_000


def test_json_is_the_only_thing_on_stdout(tmp_path: Path, upstream: Path) -> None:
    app = plant(tmp_path / "app", APP | {"Procfile": "web: x\nworker: y\n# z: a\n"})
    canary = "c4n4ry"
    given = ("--config", f"SECRET_KEY={canary}", "--config", "LEVEL=debug")
    options = ("--upstream", upstream, "--json", *given)
    answer = engine("build", app, "--output", tmp_path / "out", *options, "--limit", "fly")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert found == json.loads((tmp_path / "out/report.json").read_text())
    assert (found["limit"]["name"], found["verdict"]) == ("fly", "fits")
    assert found["process_types"] == {"web": "x", "worker": "y"}
    assert "-----> Installing" in answer.err
    assert "LEVEL is set for the app; Slugfit's own is SLUGFIT_LEVEL." in answer.err
    assert canary not in answer.out + answer.err


FAILURES: dict[str, tuple[dict[str, Content], tuple[str, ...], int, str]] = {
    "no Python app": ({"index.html": ""}, (), 6, "is not a Python app"),
    "the build stops": ({**APP, "fail": ""}, (), 8, "bin/compile stopped"),
    "no web process": ({**APP, "Procfile": ""}, ("--boot",), 8, "declares no web process"),
    "a web process that no platform reads": (
        {**APP, "Procfile": "Web: x"},
        ("--boot",),
        8,
        "Procfile line 1: 'Web:' has capital letters",
    ),
    "the app does not start": ({**APP, "Procfile": "web: false"}, ("--boot",), 9, "before it"),
    "a wrong setting": (APP, ("--config", "SLUGFIT_LEVEL=x"), 2, "it accepts standard"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_has_its_code_and_reason(tmp_path: Path, upstream: Path, case: str) -> None:
    content, options, code, words = FAILURES[case]
    if code == 8 and "--boot" in options:
        (upstream / "bin/release").write_text("#!/bin/sh\necho '--- {}'\n")
    app = plant(tmp_path / "app", content)
    output = tmp_path / "out"
    answer = engine("build", app, "--output", output, "--upstream", upstream, *options)
    assert answer.code == code, answer.out + answer.err
    assert words in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("place", ["nothing", "file"])
def test_an_app_that_is_no_folder_is_8(tmp_path: Path, place: str) -> None:
    plant(tmp_path, {"file": ""})
    answer = engine("build", tmp_path / place, "--output", tmp_path / "out")
    assert (answer.code, "is not a folder" in answer.err) == (8, True)


def test_an_output_that_cannot_be_made_is_2(tmp_path: Path, upstream: Path) -> None:
    app = plant(tmp_path / "app", APP)
    plant(tmp_path, {"file": ""})
    options = ("--output", tmp_path / "file", "--upstream", upstream)
    answer = engine("build", app, *options)
    assert (answer.code, "could not be made" in answer.err) == (2, True)


def test_the_app_s_folder_is_not_touched(tmp_path: Path, upstream: Path) -> None:
    app = plant(tmp_path / "app", APP)
    listed = ["find", str(app), "-printf", "%p %T@ %C@ %m\n"]
    before = subprocess.run(listed, check=True, capture_output=True).stdout
    engine("build", app, "--output", tmp_path / "out", "--upstream", upstream)
    assert subprocess.run(listed, check=True, capture_output=True).stdout == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web: gunicorn app:app --bind :$PORT\n", {"web": "gunicorn app:app --bind :$PORT"}),
        ("web:x\r\nworker-1_B:   y  \r\n", {"web": "x", "worker-1_B": "y"}),
        ("# web: x\n\nno colon\nweb:\n two words: x\n", {}),
        ("web: a\nweb: b", {"web": "b"}),
        ("web: echo 'a: b' # c", {"web": "echo 'a: b' # c"}),
        ("", {}),
    ],
)
def test_a_procfile_is_read_as_the_platform_does(text: str, expected: dict[str, str]) -> None:
    assert parse_procfile(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "---\ndefault_process_types:\n  web: a b: c\n  worker: 'd'\n",
            {"web": "a b: c", "worker": "d"},
        ),
        ("---\naddons:\n  - x:y\n", {}),
        ("default_process_types:\n  web: a\naddons:\n  web: b\n", {"web": "a"}),
        ("--- {}\n", {}),
        ("", {}),
    ],
)
def test_default_process_types_are_read(text: str, expected: dict[str, str]) -> None:
    assert default_processes(text) == expected


def installing(upstream: Path, then: str) -> None:
    """Have the buildpack run an installer of two lines before all else, and ``then`` that."""
    script = upstream / "bin" / "compile"
    first, _, rest = script.read_text().partition("\n")
    told = (
        "echo \"-----> Installing dependencies using 'made up'\"",
        "echo '       Collecting pkg'",
        "echo '       Installed pkg'",
        then,
    )
    script.write_text("\n".join((first, *told, rest)))


def test_the_installers_lines_are_one_unless_they_are_asked_for(
    tmp_path: Path, upstream: Path
) -> None:
    installing(upstream, "echo '-----> More'")
    arguments = ("build", plant(tmp_path / "app", APP), "--upstream", upstream)
    folded = engine(*arguments, "--output", tmp_path / "a")
    assert folded.code == 0, folded.out + folded.err
    assert "Collecting pkg" not in folded.out
    told = r"\n       2 lines of the installer, \d+ s \(--verbose shows them\)\n-----> More\n"
    assert re.search(told, folded.out)
    whole = engine(*arguments, "--output", tmp_path / "b", "--verbose")
    assert "\n       Collecting pkg\n       Installed pkg\n-----> More\n" in whole.out


def test_the_answer_may_be_markdown_and_the_log_goes_beside_it(
    tmp_path: Path, upstream: Path
) -> None:
    arguments = ("build", plant(tmp_path / "app", APP), "--upstream", upstream)
    answer = engine(*arguments, "--output", tmp_path / "a", "--format", "markdown")
    assert answer.code == 0
    assert answer.out.startswith("### Slug: 0.0 MB, fits (1 GB)\n")
    assert "-----> Slimmed" in answer.err


def test_the_installers_lines_are_all_there_where_it_fails(tmp_path: Path, upstream: Path) -> None:
    installing(upstream, "echo ' !     It failed.'; exit 1")
    arguments = ("build", plant(tmp_path / "app", APP), "--upstream", upstream)
    answer = engine(*arguments, "--output", tmp_path / "a")
    assert answer.code == 8
    assert "\n       Collecting pkg\n       Installed pkg\n !     It failed.\n" in answer.out


def test_a_build_that_is_stopped_does_not_wait_for_its_script(
    tmp_path: Path, upstream: Path
) -> None:
    (tmp_path / "go").touch()
    installing(upstream, f"while [ -e {tmp_path}/go ]; do sleep 0.1; done")
    app = plant(tmp_path / "app", APP)
    arguments = command("build", app, "--upstream", upstream, "--output", tmp_path / "a")
    log = tmp_path / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(arguments, stdout=stream, stderr=stream)
    try:
        while "Installing dependencies" not in log.read_text():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 130
    finally:
        (tmp_path / "go").unlink()

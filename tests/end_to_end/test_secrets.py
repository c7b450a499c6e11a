"""Invariant 9: whatever is run and however it fails, no config var's value is shown or stored.

Two values are meant to be seen. The build's own installer gets PIP_* and UV_* (its index would not
let it in otherwise), through its environment. And a value of one of Slugfit's own settings that is
none of the accepted words is repeated in the error that says so, without the credentials of URLs.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pythons import ROOT, SITE, Ran, engine, real_slug
from slugfit.base.errors import Exit
from strategies import library
from trees import Content, distribution, plant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CANARY = "c4n4ry"
URL = f"https://me:{CANARY}@127.0.0.1:9/{CANARY}"
SECRETS = {
    "AWS_SECRET_ACCESS_KEY": CANARY,
    "DATABASE_URL": f"postgres://me:{CANARY}@db.example.org/x",
    "HTTPS_PROXY": f"http://me:{CANARY}@127.0.0.1:9",
    "MANY_LINES": f"-----BEGIN\n{CANARY}\nexport X={CANARY}\n-----END",
    "PIP_EXTRA_INDEX_URL": URL,
    "PIP_INDEX_URL": URL,
    "SECRET_KEY": f"$({CANARY})'\"`{CANARY}",
    "UV_INDEX_MINE_PASSWORD": CANARY,
    "WEB_CONCURRENCY": CANARY,
}
PACKAGE: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/core.so": library(),
    "pkg/tests/x.py": "",
}


@dataclass(frozen=True)
class Place:
    """A built app with its cache and config vars, and a copy of the buildpack."""

    home: Path

    @property
    def build(self) -> Path:
        return self.home / "build"

    @property
    def folders(self) -> tuple[Path, Path, Path]:
        return self.build, self.home / "cache", self.home / "env"

    def config(self, **values: str) -> None:
        plant(self.home / "env", values)

    def run(self, script: str, *arguments: Path | str, **environment: str) -> Ran:
        done = subprocess.run(
            [self.home / "buildpack/bin" / script, *arguments],
            env={**os.environ, **SECRETS, "STACK": "heroku-24", **environment},
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def expect_no_secret(self, *answers: Ran) -> None:
        """Neither in what was said nor in any file but the config vars' own."""
        for answer in answers:
            assert CANARY not in answer.out + answer.err
        assert list(self.leaks()) == []

    def leaks(self) -> Iterator[str]:
        for above, _, names in os.walk(self.home):
            for name in names:
                file = Path(above, name)
                path = os.path.relpath(file, self.home)
                if not path.startswith("env/") and file.is_file():
                    text = file.read_bytes()
                    yield from [path] if CANARY.encode() in text else []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    site = distribution("pkg", "1.0", PACKAGE)
    real_slug(tmp_path / "build", site, {"app.py": "import pkg\n", "requirements.txt": ""})
    for name in ("bin", "lib"):
        shutil.copytree(ROOT / name, tmp_path / "buildpack" / name, symlinks=True)
    (tmp_path / "cache").mkdir()
    (tmp_path / "env").mkdir()
    made = Place(tmp_path)
    made.config(**SECRETS)
    return made


COMMANDS: dict[str, tuple[str, ...]] = {
    "plan": ("plan", "BUILD"),
    "measure": ("measure", "BUILD", "--json"),
    "slim": ("slim", "BUILD", "--json", "--cache-dir", "CACHE"),
    "slim, for the log": ("slim", "BUILD", "--build-log", "--cache-dir", "CACHE"),
    "slim, over the limit": (
        "slim",
        "BUILD",
        "--limit",
        "1",
        "--config",
        "SLUGFIT_OVER_LIMIT=fail",
    ),
    "slim, keeping the stash": ("slim", "BUILD", "--keep-stash"),
    "slim, nothing there": ("slim", "BUILD/nothing"),
    "why": ("why", "BUILD", f"{SITE}/pkg/tests/x.py"),
    "why, nothing there": ("why", "BUILD", "nothing"),
    "config": ("config", "BUILD"),
    "config --get": ("config", "BUILD", "--get", "limit"),
    "models": ("models", "BUILD", "--cache-dir", "CACHE", "--build-log"),
    "the environment": ("environment", "BUILD", "--format", "profile"),
    "the export file": ("environment", "BUILD", "--format", "export"),
    "recover": ("recover", "BUILD"),
    "restore": ("restore", "BUILD", "--json"),
    "a report that is not there": ("buildpack-report", "CACHE"),
    "no such command": ("no-such-command",),
}


@pytest.mark.parametrize("source", ["files", "environment"])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_says_or_stores_a_value(place: Place, name: str, source: str) -> None:
    build, cache, env = (str(folder) for folder in place.folders)
    arguments = [part.replace("BUILD", build).replace("CACHE", cache) for part in COMMANDS[name]]
    extra = {"SLUGFIT_UPSTREAM": URL, "SLUGFIT_REPORT": "reports"}
    place.config(**extra)
    if source == "files" and arguments[0] in ("plan", "slim", "measure", "why", "config", "models"):
        arguments += ["--env-dir", env]
    answer = engine(*arguments, **({} if source == "files" else {**SECRETS, **extra}))
    place.expect_no_secret(answer)


# What can be wrong with the tree or the settings, and what the engine then answers.
FAILURES: dict[str, tuple[Mapping[str, Content], Mapping[str, str], int]] = {
    "a setting with credentials": ({}, {"SLUGFIT_LEVEL": URL.removesuffix(CANARY)}, 2),
    "a list with credentials": ({}, {"SLUGFIT_RULES_OFF": URL.removesuffix(CANARY)}, 2),
    "a limit with credentials": ({}, {"SLUGFIT_LIMIT": URL.removesuffix(CANARY)}, 2),
    "a setting that does not exist": ({}, {"SLUGFIT_LEVLE": CANARY}, 2),
    "a list of rules of the wrong form": ({}, {"SLUGFIT_STRICT": "x", "SLUGFIT_TOKEN": CANARY}, 2),
    "a pyproject that is malformed": ({"pyproject.toml": f"[tool.slugfit]\nx = '{CANARY}"}, {}, 2),
    "a pyproject with a secret": ({"pyproject.toml": f"[tool.x]\ny = '{CANARY}'\n"}, {}, 0),
    "a model with credentials": (
        {
            "pyproject.toml": f"[[tool.slugfit.models]]\nurl = '{URL}?{CANARY}'\n"
            "sha256 = 'x'\npath = 'a'\n"
        },
        {},
        2,
    ),
    "a package that cannot be imported": ({f"{SITE}/pkg/__init__.py": "import nothing"}, {}, 0),
    "a stash that is a file": ({".slugfit": ""}, {}, 0),
}


@pytest.mark.parametrize("name", FAILURES)
def test_no_failure_says_a_value(place: Place, name: str) -> None:
    planted, values, code = FAILURES[name]
    plant(place.build, planted)
    place.config(**values)
    options = ("--env-dir", place.home / "env", "--cache-dir", place.home / "cache")
    answer = engine("slim", place.build, *options, **SECRETS)
    assert answer.code == code, answer.err
    assert CANARY not in answer.out + answer.err
    assert set(place.leaks()) <= {f"build/{path}" for path in planted}


def test_a_setting_s_own_wrong_word_is_told(place: Place) -> None:
    """An exception that is meant: without it nobody would find the typing error."""
    answer = engine("plan", place.build, "--config", "SLUGFIT_LEVEL=standart")
    assert (answer.code, "'standart'" in answer.err) == (2, True)


def test_a_value_that_is_no_text_is_not_repeated(place: Place) -> None:
    (place.home / "env/SLUGFIT_LEVEL").write_bytes(b"\xff" + CANARY.encode())
    (place.home / "env/SLUGFIT_LIMIT").mkdir()
    answer = engine("slim", place.build, "--env-dir", place.home / "env")
    assert answer.code == 2
    place.expect_no_secret(answer)


# --- the buildpack's own scripts


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"SLUGFIT_OVER_LIMIT": "fail", "SLUGFIT_LIMIT": "1"},
        {"SLUGFIT_STRICT": "1"},
        {"SLUGFIT_LEVEL": URL.removesuffix(CANARY)},
        {"SLUGFIT_SMOKE": "env; exit 1"},
    ],
    ids=["it fits", "over the limit", "strict", "a wrong setting", "a smoke command that fails"],
)
def test_a_build_in_chain_mode_keeps_every_secret(place: Place, values: Mapping[str, str]) -> None:
    place.config(**values)
    home = {"PYTHONHOME": "/app/.heroku/python"}
    compiled = place.run("compile", *place.folders, **home)
    fine = not values or not values.keys().isdisjoint({"SLUGFIT_STRICT", "SLUGFIT_SMOKE"})
    assert (compiled.code == 0) == fine, compiled.out
    assert ("The smoke command fails" in compiled.out) == ("SLUGFIT_SMOKE" in values)
    answers = [compiled, place.run("report", *place.folders), place.run("release", place.build)]
    place.expect_no_secret(*answers)
    if compiled.code == 0:
        assert (place.build / ".profile.d/slugfit.sh").exists()
        assert (place.home / "buildpack/export").exists()
        assert (place.home / "cache/slugfit/report.json").exists()


def test_a_crash_of_the_engine_keeps_every_secret(place: Place) -> None:
    main = place.home / "buildpack/lib/slugfit/pipeline.py"
    main.write_text(
        main.read_text().replace("def slim_tree(", "def slim_tree(*_, **__): 1 / 0\ndef _(", 1)
    )
    compiled = place.run("compile", *place.folders, PYTHONHOME="/app/.heroku/python")
    assert "ZeroDivisionError" in compiled.out
    assert compiled.code == 0
    place.expect_no_secret(compiled)


def test_a_buildpack_that_cannot_be_fetched_keeps_its_credentials(place: Place) -> None:
    shutil.rmtree(place.build / ".heroku")
    place.config(SLUGFIT_UPSTREAM=f"https://me:{CANARY}@127.0.0.1:9/x.git#main")
    compiled = place.run("compile", *place.folders)
    assert compiled.code != 0
    place.expect_no_secret(compiled, place.run("report", *place.folders))


@pytest.mark.parametrize("required", ["true", "false"])
def test_a_model_that_cannot_be_fetched_keeps_every_secret(place: Place, required: str) -> None:
    """With a password, a key in the query, and a token that is not sent to where nobody is."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        url = f"http://me:{CANARY}@127.0.0.1:{port}/m?key={CANARY}"
        text = (
            f"[[tool.slugfit.models]]\nurl = '{url}'\nsha256 = '{'0' * 64}'\npath = 'm'\n"
            f"token = 'SECRET_KEY'\nrequired = {required}\n"
        )
        plant(place.build, {"pyproject.toml": text})
        place.config(SECRET_KEY=CANARY)
        compiled = place.run("compile", *place.folders, PYTHONHOME="/app/.heroku/python")
    assert compiled.code == (Exit.MODEL if required == "true" else Exit.OK), compiled.out
    assert f"m could not be fetched from http://127.0.0.1:{port}/m?…" in compiled.out
    assert CANARY not in compiled.out + compiled.err
    assert list(place.leaks()) == ["build/pyproject.toml"]


@pytest.mark.parametrize("app", ["no_python", "no_requirements"])
def test_a_local_build_that_fails_keeps_every_secret(place: Place, app: str) -> None:
    output = place.home / "output"
    options = [f"--config={name}={value}" for name, value in SECRETS.items()]
    answer = engine("build", ROOT / "fixtures" / app, "--output", output, *options, **SECRETS)
    assert answer.code in (6, 8)
    place.expect_no_secret(answer)


@pytest.mark.index
@pytest.mark.xdist_group("secrets")
def test_a_local_build_keeps_every_secret(place: Place) -> None:
    output = place.home / "output"
    shown = {name: value for name, value in SECRETS.items() if "INDEX_URL" not in name}
    options = [f"--config={name}={value}" for name, value in shown.items() if "PROXY" not in name]
    folders = ("--output", output, "--cache", place.home / "cache")
    answer = engine("build", ROOT / "fixtures/pip_empty", "--json", *folders, *options)
    assert answer.code == 0, answer.err
    assert (output / "report.json").exists()
    place.expect_no_secret(answer)

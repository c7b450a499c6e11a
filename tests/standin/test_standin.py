"""The stand-in for the standard Python buildpack: the contract, without and with a package index.

Most builds here start from a cache that holds a made-up Python, whose pip only tells how it was
called: they take a fraction of a second. Those marked `index` build real ones.
"""

from __future__ import annotations

import base64
import csv
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

STANDIN = Path(__file__).resolve().parents[2] / "lib" / "standin"
REAL_PYTHON = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
FAKE_VERSION = "3.11.99"
SAFE_NAMES = {"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR"}


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Build:
    """An app, its cache and config vars, and a copy of the buildpack (which writes `export`)."""

    root: Path

    def folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def app(self) -> Path:
        return self.folder("app")

    @property
    def cache(self) -> Path:
        return self.folder("cache")

    @property
    def prefix(self) -> Path:
        return self.app / ".heroku" / "python"

    def write(self, files: Mapping[str, str], folder: str = "app") -> None:
        for name, text in files.items():
            file = self.folder(folder) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def run(self, script: str, **variables: str) -> Result:
        arguments = [self.app] if script in {"detect", "release"} else []
        arguments = arguments or [self.app, self.cache, self.folder("env")]
        return run([self.root / "standin" / "bin" / script, *arguments], self.environ(variables))

    def environ(self, variables: Mapping[str, str]) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in SAFE_NAMES or name.startswith("PIP_")
        }
        config = Path.home() / ".config" / "pip" / "pip.conf"
        if config.is_file():
            kept.setdefault("PIP_CONFIG_FILE", os.fspath(config))
        home = os.fspath(self.folder("home"))
        places = {"XDG_CACHE_HOME": f"{home}/cache", "XDG_CONFIG_HOME": f"{home}/config"}
        path = os.pathsep.join(map(os.fspath, (self.folder("bin"), tools(self.root.parent))))
        return kept | {"HOME": home, **places, "PATH": path} | {**variables}

    def report(self) -> dict[str, object]:
        result = self.run("report")
        assert result.status == 0, result.err
        facts = json.loads(result.out)
        assert isinstance(facts, dict)
        return facts


def run(command: list[Path], environ: Mapping[str, str], folder: Path | None = None) -> Result:
    done = subprocess.run(
        command, env=environ, cwd=folder, capture_output=True, text=True, check=False, timeout=600
    )
    return Result(done.returncode, done.stdout, done.stderr)


@functools.cache
def tools(folder: Path) -> Path:
    """A folder with every command of the machine but Pythons and package managers."""
    found = folder / "tools"
    found.mkdir(exist_ok=True)
    for place in (Path("/bin"), Path("/usr/bin")):
        for file in place.iterdir():
            link = found / file.name
            if not file.name.startswith(("python", "pip", "poetry", "uv")) and not link.exists():
                link.unlink(missing_ok=True)
                link.symlink_to(file)
    return found


def add_script(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("#!/bin/sh\n" + text, encoding="utf-8")
    file.chmod(0o755)


def add_python(build: Build, name: str, version: str) -> None:
    """Put a Python on PATH that tells a version, and cannot be copied."""
    add_script(
        build.folder("bin") / name,
        f"""case "$*" in
*" about") printf '%s\\n' {version} /made/up "$0" ;;
*" copy "*) echo "this one cannot be copied" >&2; exit 1 ;;
*) exec {REAL_PYTHON} -S "$@" ;;
esac
""",
    )


def pin(name: str) -> str:
    found = re.search(rf'{name}_VERSION="(.*)"', (STANDIN / "lib" / "pip.sh").read_text("utf-8"))
    assert found is not None
    return found[1]


def add_cached_python(build: Build, **changes: str) -> None:
    """Fill the cache as a build with pip would, with a made-up Python."""
    prefix = build.cache / ".heroku" / "python"
    real = f'exec {REAL_PYTHON} -S "$@"'
    version = f'"-m pip --version") echo "pip {pin("PIP")} from here" ;;'
    add_script(prefix / "bin" / "python", f'case "$*" in {version} *) {real} ;; esac\n')
    add_script(prefix / "bin" / "pip", 'echo "pip called: $*"; env | sort\n')
    for name in (f"pip-{pin('PIP')}", f"setuptools-{pin('SETUPTOOLS')}"):
        metadata = prefix / f"lib/python3.11/site-packages/{name}.dist-info/METADATA"
        metadata.parent.mkdir(parents=True)
        metadata.touch()
    facts = {
        "package_manager": "pip",
        "python_base": "/made/up",
        "pip_version_requested": pin("PIP"),
    }
    files = {
        "python-stack": "local\n",
        "python-version": f"python-{FAKE_VERSION}\n",
        "requirements.txt": "",
        "slugfit-standin": "".join(f"{key}\tstring\t{text}\n" for key, text in facts.items()),
    }
    for name, text in (files | changes).items():
        (build.cache / ".heroku" / name).write_text(text, encoding="utf-8")


@pytest.fixture
def build(tmp_path: Path) -> Build:
    found = Build(tmp_path / "one")
    found.root.mkdir()
    shutil.copytree(STANDIN, found.root / "standin", ignore=shutil.ignore_patterns("export"))
    add_python(found, "python3", FAKE_VERSION)
    return found


@pytest.fixture
def cached(build: Build) -> Build:
    build.write({"requirements.txt": ""})
    add_cached_python(build)
    return build


def printed(result: Result, after: str) -> dict[str, str]:
    """The environment that a script printed with `env` after a line that starts so."""
    lines = [line.strip() for line in result.out.splitlines()]
    start = next(number for number, line in enumerate(lines) if line.startswith(after))
    found = {}
    for line in lines[start + 1 :]:
        if line.startswith("----->"):
            break
        name, _equals, value = line.partition("=")
        found[name] = value
    return found


# bin/detect


@pytest.mark.parametrize("name", ["requirements.txt", "uv.lock", "manage.py", "requirments.txt"])
def test_detect_prints_python(build: Build, name: str) -> None:
    build.write({name: ""})
    assert build.run("detect") == Result(0, "Python\n", "")


def test_detect_turns_down_what_is_no_python_app(build: Build) -> None:
    build.write({"package.json": "{}"})
    result = build.run("detect")
    assert (result.status, result.out) == (1, "")
    assert "requirements.txt" in result.err


# What stops a build


@pytest.mark.parametrize(
    ("files", "reason", "told"),
    [
        (
            {"requirements.txt": "", "Pipfile.lock": "{}"},
            "package-manager::multiple-found",
            ["requirements.txt", "Pipfile.lock"],
        ),
        ({"app.js": ""}, "package-manager::none-found", ["app.js", "Add one of the four"]),
        ({"Pipfile": ""}, "package-manager::pipenv-missing-lockfile", ["pipenv lock"]),
        ({"setup.py": ""}, "package-manager::setup-py-only", ["--editable ."]),
        (
            {"requirements.txt": "", ".heroku/python/old": ""},
            "checks::existing-python-dir",
            [".heroku/python/old"],
        ),
        (
            {"requirements.txt": "", "venv/pyvenv.cfg": ""},
            "checks::existing-venv-dir",
            ["git rm -r --cached venv"],
        ),
        (
            {"requirements.txt": "", ".python-version": "three\n"},
            "python-version::invalid",
            [".python-version says 'three'", "3.13"],
        ),
    ],
)
def test_wrong_apps_are_told_what_to_do(
    build: Build, files: dict[str, str], reason: str, told: list[str]
) -> None:
    build.write(files)
    result = build.run("compile")
    assert result.status == 1
    assert all(text in result.err for text in told), result.err
    assert build.report()["failure_reason"] == reason
    assert " stopped: " not in result.err


def test_two_managers_are_named_in_the_report(build: Build) -> None:
    build.write({"requirements.txt": "", "uv.lock": ""})
    build.run("compile")
    assert build.report()["failure_detail"] == "pip,uv"


def test_it_refuses_to_run_twice(build: Build) -> None:
    build.write({"requirements.txt": "", ".heroku/python/bin/python": ""})
    result = build.run("compile", PYTHONHOME=os.fspath(build.prefix))
    assert (result.status, "already run" in result.err) == (1, True)
    assert build.report()["failure_reason"] == "checks::duplicate-python-buildpack"


def test_a_machine_without_a_usable_python_is_told_so(build: Build) -> None:
    build.write({"requirements.txt": ""})
    add_script(build.folder("bin") / "python3", "exit 1\n")
    result = build.run("compile")
    assert (result.status, "3.10\n" in result.err) == (1, True)


def test_a_wrong_call_shows_the_usage(build: Build) -> None:
    result = run([build.root / "standin" / "bin" / "compile"], build.environ({}))
    assert (result.status, result.err[:6]) == (1, "Usage:")


# Which Python


def test_the_first_lines_say_what_this_is(cached: Build) -> None:
    lines = cached.run("compile").out.splitlines()
    assert "local stand-in for the standard Python buildpack" in lines[0]
    assert lines[1].endswith(f"this machine's Python {FAKE_VERSION}")


@pytest.mark.parametrize(
    ("files", "origin"),
    [
        ({".python-version": "# ours\n3.12\n"}, ".python-version"),
        ({".python-version": "3.10", "runtime.txt": "python-3.12.5\n"}, "runtime.txt"),
    ],
)
def test_a_python_that_is_asked_for_is_used(
    build: Build, files: dict[str, str], origin: str
) -> None:
    build.write({"requirements.txt": "", **files})
    add_python(build, "python3.12", "3.12.4")
    result = build.run("compile")
    assert "using this machine's Python 3.12.4" in result.out
    assert "Warning" not in result.err
    facts = build.report()
    assert (facts["python_version"], facts["python_version_origin"]) == ("3.12.4", origin)


def test_another_python_than_the_one_asked_for_is_warned_of(build: Build) -> None:
    build.write({"requirements.txt": "", ".python-version": "3.12"})
    add_script(build.folder("bin") / "python3.12", "echo no such version >&2; exit 127\n")
    result = build.run("compile")
    assert f"asks for Python 3.12, this build uses {FAKE_VERSION}" in result.err


def test_a_pipfile_lock_asks_for_a_python(build: Build) -> None:
    build.write({"Pipfile.lock": '{"_meta": {"requires": {"python_version": "3.12"}}}'})
    add_python(build, "python3.12", "3.12.4")
    build.run("compile")
    assert build.report()["python_version_origin"] == "Pipfile.lock"


def test_a_python_that_cannot_be_copied_is_reported(build: Build) -> None:
    build.write({"requirements.txt": ""})
    assert "this one cannot be copied" in build.run("compile").err
    assert build.report()["failure_reason"] == "install-python"


# The cache


def test_an_unchanged_app_reuses_the_cache(cached: Build) -> None:
    result = cached.run("compile")
    assert result.status == 0, result.err
    assert "-----> Restoring cache\n-----> Using cached copy" in result.out
    assert cached.report()["cache_status"] == "reused"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"python-stack": "heroku-24"}, "The stack has changed from heroku-24 to local"),
        (
            {"python-version": "python-3.9.1"},
            f"The Python version has changed from 3.9.1 to {FAKE_VERSION}",
        ),
        ({"requirements.txt": "flask"}, "The contents of requirements.txt changed"),
        ({"slugfit-standin": ""}, "The stand-in did not make this cache"),
        (
            {"slugfit-standin": "package_manager\tstring\tuv\npython_base\tstring\t/made/up\n"},
            "The package manager has changed from uv to pip",
        ),
        (
            {"slugfit-standin": "package_manager\tstring\tpip\npython_base\tstring\t/made/up\n"},
            f"The pip version has changed from unknown to {pin('PIP')}",
        ),
        (
            {"slugfit-standin": "package_manager\tstring\tpip\npython_base\tstring\t/old\n"},
            "The place of this machine's Python has changed from /old to /made/up",
        ),
    ],
)
def test_a_cache_that_does_not_fit_is_discarded(
    build: Build, changes: dict[str, str], reason: str
) -> None:
    build.write({"requirements.txt": ""})
    add_cached_python(build, **changes)
    result = build.run("compile")
    assert "-----> Discarding cache since:\n" in result.out
    assert f"       - {reason}\n" in result.out
    assert not (build.cache / ".heroku" / "python").exists()
    assert build.report()["cache_status"] == "discarded"


def test_the_cache_is_saved_last_and_shares_inodes(cached: Build) -> None:
    cached.write({"bin/post_compile": "#!/bin/sh\necho kept > .heroku/python/from_hook\n"})
    result = cached.run("compile")
    assert result.out.splitlines()[-1] == "-----> Saving cache"
    saved = cached.cache / ".heroku" / "python" / "from_hook"
    assert saved.samefile(cached.prefix / "from_hook")
    assert (cached.cache / ".heroku/python-version").read_text(
        "utf-8"
    ) == f"python-{FAKE_VERSION}\n"


# The environment


def test_config_vars_reach_hooks_and_not_the_install(cached: Build) -> None:
    hook = "#!/bin/sh\necho hook runs\nenv\n"
    cached.write({"bin/pre_compile": hook})
    denied = ["PATH", "CPATH", "CPPATH", "LD_PRELOAD", "LIBRARY_PATH", "LD_LIBRARY_PATH"]
    config = dict.fromkeys([*denied, "PYTHONHOME", "COLOUR", "IFS", "bad-name"], "from config")
    cached.write(config | {"PIP_EXTRA_INDEX_URL": "https://index.invalid\n"}, "env")
    result = cached.run("compile", PIP_RETRIES="7")
    assert result.status == 0, result.err
    hooked, installed = printed(result, "hook runs"), printed(result, "pip called")
    assert hooked["COLOUR"] == "from config"
    assert [name for name in [*denied, "PYTHONHOME"] if hooked.get(name) == "from config"] == []
    assert "from config" not in installed.values()
    assert installed["PIP_EXTRA_INDEX_URL"] == "https://index.invalid"
    assert installed["PIP_RETRIES"] == "7"


def test_the_install_is_not_led_elsewhere(cached: Build) -> None:
    led = {"PIP_TARGET": "/x", "VIRTUAL_ENV": "/x", "PYTHONPATH": "/x", "PIP_USER": "1"}
    installed = printed(cached.run("compile", **led), "pip called")
    assert "/x" not in installed.values()
    assert (installed["PIP_USER"], installed["PIP_REQUIRE_VIRTUALENV"]) == ("0", "0")
    assert installed["LD_LIBRARY_PATH"] == os.fspath(cached.prefix / "lib")


def test_hooks_run_around_the_install(cached: Build) -> None:
    cached.write({f"bin/{name}_compile": f"#!/bin/sh\necho {name}\n" for name in ("pre", "post")})
    out = cached.run("compile").out
    order = [out.index(text) for text in ("       pre\n", "pip called", "       post\n", "Saving")]
    assert order == sorted(order)
    assert cached.report()["post_compile_hook"] is True


def test_a_hook_is_made_executable_in_a_new_file(cached: Build) -> None:
    cached.write({"bin/post_compile": "#!/bin/sh\n"})
    mine = cached.root / "mine"
    os.link(cached.app / "bin/post_compile", mine)
    assert cached.run("compile").status == 0
    assert not os.access(mine, os.X_OK)


def test_a_failing_hook_fails_the_build(cached: Build) -> None:
    cached.write({"bin/post_compile": "#!/bin/sh\necho oh >&2\nexit 3\n"})
    result = cached.run("compile")
    assert (result.status, "       oh\n" in result.out) == (1, True)
    facts = cached.report()
    assert facts["failure_reason"] == "hooks::post_compile"
    assert not (cached.cache / ".heroku/python").exists()


def test_a_test_build_installs_the_test_requirements(cached: Build) -> None:
    cached.write({"requirements-test.txt": ""})
    assert "-r requirements-test.txt" not in cached.run("compile").out
    shutil.rmtree(cached.prefix)
    result = cached.run("test-compile")
    assert "pip called: install -r requirements.txt -r requirements-test.txt" in result.out
    assert cached.report()["django_collectstatic"] == "disabled-env-var"


def test_export_and_profile_name_the_right_places(cached: Build) -> None:
    assert cached.run("compile").status == 0
    export = (cached.root / "standin" / "export").read_text("utf-8")
    assert f"PYTHONHOME={cached.prefix}\n" in export
    profile = (cached.app / ".profile.d/python.sh").read_text("utf-8")
    assert os.fspath(cached.app) not in profile
    assert 'PYTHONHOME="${HOME}/.heroku/python"' in profile


def test_an_editable_package_moves_with_the_slug(cached: Build) -> None:
    site_packages = ".heroku/python/lib/python3.11/site-packages"
    path = cached.cache / site_packages / "mine.pth"
    path.write_text(f"{cached.app}/src\n", encoding="utf-8")
    assert cached.run("compile").status == 0
    moved = cached.root / "a new [place]"
    cached.app.rename(moved)
    shell = ["bash", "-c", "source .profile.d/python.sh"]
    subprocess.run(shell, cwd=moved, env={**os.environ, "HOME": os.fspath(moved)}, check=True)
    assert (moved / site_packages / "mine.pth").read_text("utf-8") == f"{moved}/src\n"


# Django


@pytest.fixture
def django(cached: Build) -> Build:
    cached.write({"django/__init__.py": "", "web/manage.py": "import os; print(os.environ['KEY'])"})
    return cached


def test_static_files_are_collected_with_the_config_vars(django: Build) -> None:
    django.write({"KEY": "the key"}, "env")
    out = django.run("compile").out
    assert "-----> $ python web/manage.py collectstatic --noinput\n       the key\n" in out
    assert django.report()["django_collectstatic"] == "enabled"


def test_collectstatic_can_be_disabled_by_a_config_var(django: Build) -> None:
    django.write({"DISABLE_COLLECTSTATIC": "1"}, "env")
    assert "Skipping Django collectstatic" in django.run("compile").out


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("raise OSError('gone')", "collectstatic-missing-file"),
        ("class ImproperlyConfigured(Exception): ...\nraise ImproperlyConfigured", "improper"),
        ("raise ValueError", "collectstatic-other"),
    ],
)
def test_a_failing_collectstatic_fails_the_build(django: Build, program: str, reason: str) -> None:
    django.write({"web/manage.py": program})
    result = django.run("compile")
    assert (result.status, "DISABLE_COLLECTSTATIC=1" in result.err) == (1, True)
    assert reason in str(django.report()["failure_reason"])


@pytest.mark.parametrize("packages", [["django", "psycopg2"], ["django"], []])
def test_release_offers_a_database_to_django_with_its_driver(
    build: Build, packages: list[str]
) -> None:
    site_packages = ".heroku/python/lib/python3.11/site-packages"
    build.write({f"{site_packages}/{name}/__init__.py": "" for name in packages})
    build.write({"manage.py": ""})
    offered = "---\naddons:\n  - heroku-postgresql\n" if len(packages) == 2 else ""
    assert build.run("release") == Result(0, offered, "")


# bin/report


def test_a_report_is_flat_and_there_before_any_build(build: Build) -> None:
    assert build.report() == {}
    build.write({"requirements.txt": "", "uv.lock": ""})
    build.run("compile")
    assert all(isinstance(value, str | bool | int | float) for value in build.report().values())


def test_a_report_of_a_good_build(cached: Build) -> None:
    cached.run("compile")
    facts = cached.report()
    assert facts["package_manager"] == "pip"
    assert "failure_reason" not in facts
    assert isinstance(facts["total_duration"], float)


# Scripts that move


def relocate(prefix: Path) -> None:
    program = os.fspath(STANDIN / "lib" / "app.py")
    command = [sys.executable, "-I", "-S", "-B", program, "relocate", os.fspath(prefix)]
    subprocess.run(command, check=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("#!{prefix}/bin/python\nx", "#!/usr/bin/env python\nx"),
        ("#!{prefix}/bin/python3.11 -E -s\nx", "#!/usr/bin/env -S python3.11 -E -s\nx"),
        (
            "#!/bin/sh\n'''exec' \"{prefix}/bin/python3\" \"$0\" \"$@\"\n' '''\nx",
            "#!/usr/bin/env python3\nx",
        ),
        ("#!/bin/sh\n'''exec' /else/python \"$0\" \"$@\"\n' '''\nx", None),
        ("#!/bin/sh\nx", None),
        ("#!{prefix}/bin/tool\nx", None),
        ("\0{prefix}/bin/python", None),
    ],
)
def test_shebangs_lose_the_build_directory(tmp_path: Path, before: str, after: str | None) -> None:
    prefix = tmp_path / "with space"
    script = prefix / "bin" / "script"
    script.parent.mkdir(parents=True)
    script.write_text(before.format(prefix=prefix), encoding="utf-8")
    script.chmod(0o751)
    kept = tmp_path / "cache"
    os.link(script, kept)
    relocate(prefix)
    wanted = before.format(prefix=prefix) if after is None else after
    assert script.read_text("utf-8") == wanted
    assert script.stat().st_mode & 0o777 == 0o751
    assert kept.read_text("utf-8") == before.format(prefix=prefix)


def test_record_stays_true_and_otherwise_the_same(tmp_path: Path) -> None:
    site_packages = tmp_path / "lib/python3.11/site-packages"
    record = site_packages / "demo-1.dist-info" / "RECORD"
    record.parent.mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "a, b"
    script.write_text(f"#!{tmp_path}/bin/python\n", encoding="utf-8")
    rows = '"demo, x.py",sha256=abc,3\r\n"../../../bin/a, b",sha256=old,1\r\ndemo/RECORD,,\r\n'
    record.write_bytes(rows.encode())
    relocate(tmp_path)
    digest = hashlib.sha256(script.read_bytes()).digest()
    new = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    wanted = rows.replace("sha256=old,1", f"sha256={new},{script.stat().st_size}")
    assert record.read_bytes() == wanted.encode()


# .profile.d


@pytest.mark.parametrize(
    ("memory", "cpus", "processes"),
    [(512, 8, "2"), (100, 8, "1"), (14336, 8, "17"), (2560, 2, "5")],
)
def test_web_concurrency_fits_memory_and_cpus(memory: int, cpus: int, processes: str) -> None:
    text = (STANDIN / "profile.d" / "WEB_CONCURRENCY.sh").read_text("utf-8")
    functions = text[: text.index("\nconcurrency::start\n")]
    script = f'{functions}\nconcurrency::set {memory} {cpus}\necho "${{WEB_CONCURRENCY}}"'
    out = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == processes


def test_a_users_own_web_concurrency_is_left_alone() -> None:
    script = 'source "$1"; echo "${WEB_CONCURRENCY} ${WEB_CONCURRENCY_SET_BY-nobody}"'
    command = ["bash", "-c", script, "-", f"{STANDIN}/profile.d/WEB_CONCURRENCY.sh"]
    environ = {**os.environ, "WEB_CONCURRENCY": "9"}
    out = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert out.stdout == "9 nobody\n"


# Real builds


APP = {
    "requirements.txt": "wheel==0.45.1\n",
    "bin/post_compile": "#!/bin/sh\necho post runs\nwheel version\nenv\n",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, Result]:
    """A real app, built with the Python that runs the tests."""
    build = Build(tmp_path_factory.mktemp("real") / "one")
    build.root.mkdir()
    shutil.copytree(STANDIN, build.root / "standin", ignore=shutil.ignore_patterns("export"))
    (build.folder("bin") / "python3").symlink_to(REAL_PYTHON)
    build.write(APP)
    build.write({"COLOUR": "hush"}, "env")
    result = build.run("compile")
    assert result.status == 0, result.out + result.err
    return build, result


def again(build: Build, name: str, cache: str = "") -> tuple[Build, Result]:
    """Build the same app in another directory, with a copy of its cache or without any."""
    other = Build(build.root.parent / name)
    other.root.mkdir()
    for part in ("standin", "env", "bin", *filter(None, [cache])):
        shutil.copytree(build.root / part, other.root / part, symlinks=True)
    other.write(APP)
    result = other.run("compile")
    assert result.status == 0, result.out + result.err
    return other, result


@pytest.mark.index
def test_a_fresh_build_installs_and_runs_the_hook(built: tuple[Build, Result]) -> None:
    build, result = built
    assert "Successfully installed" in result.out
    hooked = printed(result, "post runs")
    assert hooked["COLOUR"] == "hush"
    assert "wheel 0.45.1" in result.out
    facts = build.report()
    assert (facts["cache_status"], facts["package_manager"]) == ("empty", "pip")
    assert facts["python_version"] == ".".join(map(str, sys.version_info[:3]))


@pytest.mark.index
def test_a_cached_rebuild_installs_nothing(built: tuple[Build, Result]) -> None:
    _other, result = again(built[0], "cached", "cache")
    assert "-----> Restoring cache" in result.out
    assert "Requirement already satisfied: wheel==0.45.1" in result.out
    assert "Successfully installed" not in result.out


@pytest.mark.index
def test_a_slug_runs_at_another_place(built: tuple[Build, Result]) -> None:
    build, _result = again(built[0], "moving")
    moved = build.root / "slug"
    build.app.rename(moved)
    shutil.rmtree(build.cache)
    shutil.rmtree(build.folder("bin"))
    script = """for file in .profile.d/*.sh; do source "${file}"; done
python -c 'import sys, ssl, sqlite3, ctypes, wheel; print(sys.prefix, wheel.__file__)'
wheel version && pip check && python -m ensurepip --version >/dev/null; env"""
    environ = {"HOME": os.fspath(moved), "PATH": os.fspath(tools(build.root.parent))}
    result = run([Path("/bin/bash"), Path("-c"), Path(script)], environ, moved)
    assert result.status == 0, result.err
    prefix = moved / ".heroku" / "python"
    assert result.out.startswith(f"{prefix} {prefix}/lib/python3.")
    assert "site-packages/wheel/" in result.out
    assert "No broken requirements found." in result.out
    assert "PYTHONUNBUFFERED=true\n" in result.out


@pytest.mark.index
def test_record_is_true_after_a_build(built: tuple[Build, Result]) -> None:
    checked = 0
    for record in built[0].prefix.glob("lib/python3.*/site-packages/*.dist-info/RECORD"):
        with record.open(newline="", encoding="utf-8") as rows:
            for name, found, size in csv.reader(rows):
                data = (record.parent.parent / name).read_bytes()
                digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
                assert found in {"", f"sha256={digest.decode().rstrip('=')}"}, name
                assert size in {"", str(len(data))}, name
                checked += 1
    assert checked > 100


@pytest.mark.index
def test_two_builds_are_the_same(built: tuple[Build, Result]) -> None:
    first, (second, _result) = built[0], again(built[0], "a-much-longer-name-of-a-build-directory")
    trees = [
        {path.relative_to(build.app): path for path in build.app.rglob("*")}
        for build in (first, second)
    ]
    assert trees[0].keys() == trees[1].keys()
    for name, path in trees[0].items():
        # pip's bytecode names its source and the time of it.
        if path.is_file() and not (path.suffix == ".pyc" and "site-packages" in path.parts):
            assert path.read_bytes() == trees[1][name].read_bytes(), name


@pytest.mark.index
def test_the_copy_holds_what_the_platforms_python_holds(built: tuple[Build, Result]) -> None:
    prefix = built[0].prefix
    library = prefix / "lib" / f"python3.{sys.version_info.minor}"
    assert (prefix / "bin" / "python").readlink() == Path("python3")
    assert (library / "ensurepip").is_dir()
    assert not list(library.glob("EXTERNALLY-MANAGED"))
    stdlib = [path for path in library.rglob("*") if "site-packages" not in path.parts]
    assert [path for path in stdlib if path.name in {"test", "tests", "idle_test"}] == []
    assert [path for path in stdlib if path.suffix == ".a" or ".opt-" in path.name] == []
    bytecode = (library / "__pycache__" / f"os.{sys.implementation.cache_tag}.pyc").read_bytes()
    assert bytecode[4:8] == b"\x01\0\0\0"  # by hash, unchecked

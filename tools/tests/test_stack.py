"""The stack harness: what it runs, what it makes of answers, what it says where it cannot run."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from stack import (
    app,
    archives,
    boot,
    build,
    daemon,
    debian,
    engine,
    image,
    journal,
    listing,
    mounts,
    packages,
    programs,
    wheelhouse,
)
from stack import container as containers
from stack.image import Python
from stack.programs import BrokenError, UnavailableError
from trees import Link, plant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trees import Content

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = ROOT / "lib/standin"
BOOKWORM = Python("3.11.2", "x86_64", "2.36")
NOBLE = Python("3.12.3", "x86_64", "2.39")
SERVICE = engine.Engine(None, "28.2.2", "running")
OWN = engine.Engine("unix:///run/x/docker.sock", "20.10.24", "started")


def test_the_client_is_told_which_docker_to_speak_to() -> None:
    assert SERVICE.command("ps") == ("docker", "ps")
    assert OWN.command("ps") == ("docker", "--host", "unix:///run/x/docker.sock", "ps")


def test_dockerd_has_no_network_and_lives_in_its_own_folders(tmp_path: Path) -> None:
    place = daemon.Place(tmp_path / "docker", Path("/run/s"), tmp_path / "log")
    command = place.command("overlay2")
    assert command[:4] == ("setpriv", "--pdeathsig", "TERM", "dockerd")
    assert {"--bridge=none", "--iptables=false", "--ip-forward=false"} <= set(command)
    assert f"--data-root={tmp_path}/docker-overlay2" in command
    assert "--host=unix:///run/s/docker.sock" in command
    assert "--pidfile=/run/s/pid" in command


def test_the_reason_why_dockerd_ended_is_the_line_that_says_it() -> None:
    log = (
        'level=info msg="starting up"\n'
        "failed to start daemon: Devices cgroup isn't mounted\n"
        'level=info msg="stopping"\n'
    )
    assert daemon.reason(log) == "failed to start daemon: Devices cgroup isn't mounted"
    assert daemon.reason("first\nlast\n\n") == "last"
    assert daemon.reason("") == "its log is empty"


def test_what_a_killed_daemon_left_mounted_is_found_the_deepest_first() -> None:
    line = "36 35 98:0 / {} rw,noatime shared:1 - ext4 /dev/root rw"
    table = "\n".join(
        map(line.format, ["/", "/w/docker", "/w/docker/a", "/w/docker/a/b\\040c", "/w/docker2/x"])
    )
    assert mounts.below(table, Path("/w/docker")) == ["/w/docker/a/b c", "/w/docker/a"]


def test_only_root_installs_and_starts_things(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(
        UnavailableError, match=r"only root may install it.*install no-such-package"
    ):
        packages.need("no-such-package", "no-such-program", print)
    with (
        pytest.raises(UnavailableError, match="only root can start dockerd"),
        daemon.started(tmp_path, print),
    ):
        pass


def test_a_program_that_is_there_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_arguments: object, **_options: object) -> NoReturn:
        raise AssertionError

    monkeypatch.setattr(packages, "run", never)
    packages.need("bash", "bash", print)


def test_apt_asks_nothing_and_installs_no_recommendations() -> None:
    assert packages.command("update", ()) == ("apt-get", "update", "--quiet=2")
    assert packages.command("install", ("docker.io",)) == (
        *("apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", "docker.io"),
    )


@pytest.mark.parametrize(
    ("in_time", "code", "said", "expected"),
    [
        (True, 0, "Status: Downloaded newer image", None),
        (False, -9, "", "no registry answers"),
        (False, -9, "abc: Pulling fs layer", "the registry is too slow"),
        (True, 1, "Get https://x/v2/: dial tcp: lookup x: i/o", "no registry can be reached"),
        (True, 1, "toomanyrequests: You have reached", "the registry has had too many requests"),
        (True, 1, "manifest unknown\n", "manifest unknown"),
    ],
)
def test_why_an_image_cannot_be_pulled_is_said_without_addresses(
    *, in_time: bool, code: int, said: str, expected: str | None
) -> None:
    found = image.verdict(in_time=in_time, code=code, said=said)
    assert (found or "").startswith(expected or "")
    assert (found is None) == (expected is None)
    assert "x/v2" not in (found or "")


def fake_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    """A `docker` that is a script of bash, before any other on PATH."""
    program = tmp_path / "bin/docker"
    plant(tmp_path, {"bin/docker": f"#!/usr/bin/env bash\n{text}\n"})
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


def test_a_docker_that_runs_is_used_and_nothing_is_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_docker(monkeypatch, tmp_path, "echo 27.1.0")
    with engine.obtain(tmp_path, print) as found:
        assert (found.host, found.version) == (None, "27.1.0")


def test_the_platforms_images_are_used_where_they_can_be_pulled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = """
    case "$1" in
        image) exit 1 ;;
        pull) echo "Pulling from $2" ;;
        run) echo '["3.12.3", "x86_64", "2.39"]' ;;
    esac"""
    fake_docker(monkeypatch, tmp_path, answer)
    found = image.obtain(SERVICE, tmp_path, print)
    assert (found.build, found.run) == ("heroku/heroku:24-build", "heroku/heroku:24")
    assert found.python == NOBLE


def test_debians_images_stand_in_where_no_registry_is_reached(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = """
    case "$1" in
        image) [[ "${!#}" == slugfit-stack:* ]] ;;
        pull) echo 'dial tcp: lookup registry: no such host'; exit 1 ;;
        run) echo '["3.11.2", "x86_64", "2.36"]' ;;
    esac"""
    fake_docker(monkeypatch, tmp_path, answer)
    monkeypatch.setattr(debian, "suite", lambda _say: debian.Suite("bookworm", "http://mirror"))
    found = image.obtain(SERVICE, tmp_path, print)
    assert re.fullmatch("slugfit-stack:[0-9a-f]{12}-build", found.build)
    assert found.origin.startswith("Debian bookworm by debootstrap")
    assert "no registry can be reached" in found.origin


def test_a_kernel_that_runs_no_container_is_a_reason_to_skip(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = """
    if [[ "$1" == run ]]; then
        echo 'docker: OCI runtime create failed: unable to apply cgroup: no such file' >&2
        exit 125
    fi"""
    fake_docker(monkeypatch, tmp_path, answer)
    with pytest.raises(UnavailableError, match="this kernel runs no container"):
        image.obtain(SERVICE, tmp_path, print)


def test_debootstraps_command_names_the_release_and_its_mirror() -> None:
    command = debian.command(debian.Suite("bookworm", "http://mirror/debian"), Path("/w/root"))
    assert command[0] == "debootstrap"
    assert command[-3:] == ("bookworm", "/w/root", "http://mirror/debian")
    assert any(part.startswith("--include=") and ",python3," in part for part in command)


def test_packages_come_from_where_this_machine_gets_its_own() -> None:
    listed = (
        "http://security/debian-security/ bookworm-security main\n"
        "mirror+file:/etc/list bookworm main\n"
        "http://near/debian/ bookworm contrib\n"
        "http://near/debian/ bookworm main\n"
    )
    assert debian.mirror(listed, "bookworm") == "http://near/debian"
    assert debian.mirror(listed, "trixie") is None


def test_requirements_hold_for_the_python_in_the_container(tmp_path: Path) -> None:
    text = (
        "# a comment\n\nflask==3.0.0  # why\n"
        'numpy==1.26.4; python_version < "3.12"\nnumpy==2.3.5; python_version >= "3.12"\n'
        "uvicorn[standard]==0.30\n"
    )
    plant(tmp_path, {"requirements.txt": text})
    old, new = (wheelhouse.requirements(tmp_path, python) for python in (BOOKWORM, NOBLE))
    assert old == ["flask==3.0.0", "numpy==1.26.4", "uvicorn[standard]==0.30"]
    assert new == ["flask==3.0.0", "numpy==2.3.5", "uvicorn[standard]==0.30"]


@pytest.mark.parametrize(
    ("tree", "message"),
    [({}, "has no requirements.txt"), ({"requirements.txt": "-r other.txt"}, "not understood")],
)
def test_requirements_that_cannot_be_gathered_are_named(
    tree: Mapping[str, Content], message: str, tmp_path: Path
) -> None:
    with pytest.raises(BrokenError, match=message):
        wheelhouse.requirements(plant(tmp_path, tree), BOOKWORM)


def test_the_wrapped_buildpacks_own_installers_are_in_the_wheelhouse(tmp_path: Path) -> None:
    text = (STAND_IN / "lib/pip.sh").read_text("utf-8")
    pip, setuptools = re.findall(r'^readonly \w+_VERSION="(.*)"', text, re.MULTILINE)
    expected = [f"pip=={pip}", f"setuptools=={setuptools}"]
    assert wheelhouse.tools(STAND_IN, BOOKWORM) == expected
    assert wheelhouse.tools(STAND_IN, Python("3.13.1", "x86_64", "2.39")) == expected[:1]
    real: dict[str, Content] = {
        "lib/pip.sh": "PIP_VERSION=$(utils::get_requirement_version 'pip')\n"
        "SETUPTOOLS_VERSION='70.3.0'\n",
        "requirements/pip.txt": "pip==25.3\n",
    }
    assert wheelhouse.tools(plant(tmp_path, real), NOBLE) == ["pip==25.3", "setuptools==70.3.0"]


def test_wheels_are_chosen_for_the_container_and_not_for_this_machine() -> None:
    command = wheelhouse.command(["flask==3.0.0"], NOBLE, Path("/w"))
    assert {"--only-binary=:all:", "--abi=cp312", "--abi=abi3", "--abi=none"} <= set(command)
    assert command[command.index("--python-version") + 1] == "3.12.3"
    tags = wheelhouse.platforms(NOBLE)
    assert tags[0] == "manylinux_2_39_x86_64"
    assert tags[-2:] == ["manylinux_2_17_x86_64", "manylinux2014_x86_64"]


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def names(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


@pytest.mark.parametrize("known_to_git", [True, False])
def test_a_copy_of_the_app_is_what_a_push_carries(tmp_path: Path, *, known_to_git: bool) -> None:
    tree: dict[str, Content] = {
        "app.py": "",
        "link": Link("app.py"),
        "__pycache__/app.pyc": "",
        ".gitignore": "__pycache__/\n/local.db\n",
    }
    if known_to_git:
        tree |= {"local.db": "", ".slugignore": "/drafts\n*.psd\n"}
        tree |= {"drafts/a.txt": "", "art/b.psd": "", "art/c.png": ""}
    source = plant(tmp_path / "app", tree)
    if known_to_git:
        git(source, "init", "--quiet")
        git(source, "add", "app.py", "drafts")
    app.App("app", source).copy(tmp_path / "copy")
    expected = {"app.py", "link", ".gitignore"}
    assert names(tmp_path / "copy") == expected | (
        {".slugignore", "art/c.png"} if known_to_git else set()
    )


def test_the_web_process_is_the_procfiles(tmp_path: Path) -> None:
    plant(tmp_path, {"Procfile": "worker: celery\nweb: gunicorn app:app --bind 0.0.0.0:$PORT\n"})
    assert app.App("x", tmp_path).web == "gunicorn app:app --bind 0.0.0.0:$PORT"
    with pytest.raises(BrokenError, match="no Procfile with a line `web"):
        _ = app.App("x", tmp_path / "nowhere").web


def test_config_vars_are_files_without_a_line_break(tmp_path: Path) -> None:
    app.write_config({"NAME": "value"}, tmp_path / "env")
    assert (tmp_path / "env/NAME").read_bytes() == b"value"


def test_a_program_in_a_container_gets_its_variables_and_is_no_root() -> None:
    inside = containers.Container(OWN, "abc", {"HOME": "/app"})
    assert inside.arguments(("id", "-u"), folder="/app") == (
        *("exec", "--user=dyno", "--workdir=/app", "--env=HOME=/app", "abc", "id", "-u"),
    )


def test_no_container_has_a_network_and_a_dyno_has_its_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "calls"
    fake_docker(monkeypatch, tmp_path, f"echo \"$@\" >>'{log}'; echo 0123456789abcdef")
    with containers.running(SERVICE, "slugfit-stack:run", {}, *boot.LIMITS) as dyno:
        assert dyno.name == "0123456789ab"
    calls = log.read_text().splitlines()
    assert calls[0].startswith("run --detach --rm --network=none ")
    assert "--memory=536870912 --memory-swap=536870912" in calls[0]
    assert calls[-1] == "rm --force --volumes 0123456789ab"


def test_a_container_is_removed_when_its_step_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "calls"
    script = f"echo \"$@\" >>'{log}'; [[ $1 == run || $1 == rm ]] && echo 0123456789ab"
    fake_docker(monkeypatch, tmp_path, script)
    with pytest.raises(BrokenError, match="docker exec"), containers.running(SERVICE, "x", {}):
        pass
    assert log.read_text().splitlines()[-1].startswith("rm ")


def test_the_probes_answer_is_read() -> None:
    answer = "0.4\n1.2\nHTTP/1.1 200 OK\n54321\n104857600\n{}\n"
    seen = boot.parse(answer.format(512 * 2**20))
    assert seen == boot.Booted(0.4, 1.2, 200, 54321, 104857600, limited=True)
    words = "port after 0.4 s, GET / is 200 after 1.2 s, 100 of 512 MiB, as user 54321"
    assert str(seen) == words
    assert "100 MiB (this kernel sets no limit)" in str(boot.parse(answer.format("max")))
    with pytest.raises(BrokenError, match="not understood"):
        boot.parse("0.4\n")


ANSWER = "0.4\\n1.2\\nHTTP/1.1 {} X\\n{}\\n1000\\n536870912\\n"


@pytest.mark.parametrize(
    ("probe", "killed", "problem"),
    [
        (f"printf '{ANSWER.format(200, 54321)}'", 0, None),
        (f"printf '{ANSWER.format(500, 54321)}'", 0, "GET / is answered with 500, not 200"),
        (f"printf '{ANSWER.format(200, 0)}'", 0, "the app ran as root"),
        (f"printf '{ANSWER.format(200, 54321)}'", 1, "it needs more than 512 MiB"),
        ("exit 1", 0, r"nothing listens on \$PORT after 60 s"),
        ("exit 3", 0, r"the web process ended before it bound \$PORT"),
        ("exit 3", 1, "it needs more than 512 MiB"),
    ],
)
def test_a_boot_says_what_was_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, probe: str, killed: int, problem: str | None
) -> None:
    script = f"""
    case "$*" in
        *ask.sh*) {probe} ;;
        *boot.sh*) echo 'the log' ;;
        *oom_control*) printf 'under_oom 0\\noom_kill {killed}\\n' ;;
        run*) echo 0123456789abcdef ;;
    esac"""
    fake_docker(monkeypatch, tmp_path, script)
    plant(tmp_path, {"slug.tgz": ""})
    dyno = boot.Dyno("x", tmp_path / "slug.tgz", "gunicorn", {}, tmp_path / "log")
    if problem is None:
        assert boot.boot(SERVICE, dyno).status == 200
    else:
        with pytest.raises(BrokenError, match=problem):
            boot.boot(SERVICE, dyno)


def test_a_listing_tells_what_is_there_and_what_changed(tmp_path: Path) -> None:
    def listed() -> Mapping[str, str]:
        command = ["bash", str(containers.INSIDE / "list.sh"), str(tmp_path), "leave"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return listing.parse(done.stdout)

    plant(tmp_path, {"a b": "1", "c/d": "2", "link": Link("a b"), "leave/x": "", "gone": ""})
    (tmp_path / "c/d").chmod(0o644)
    before = listed()
    assert listing.files(before) == ["a b", "c/d", "gone"]
    assert not listing.compare(before, listed())
    (tmp_path / "a b").write_text("3")
    (tmp_path / "c/d").chmod(0o755)
    (tmp_path / "gone").unlink()
    plant(tmp_path, {"new": "", "leave/y": ""})
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("c")
    found = listing.compare(before, listed())
    assert found == listing.Difference(("gone",), ("new",), ("a b", "c/d", "link"))
    assert str(found).splitlines()[:2] == ["3 changed, 1 gone, 1 new", "changed: a b"]


def test_bytecode_is_that_of_the_packages() -> None:
    found = listing.parse("f 644\t./lib/site-packages/x.pyc\t\nf 644\t./lib/os.pyc\t\n")
    assert listing.bytecode(found) == ["lib/site-packages/x.pyc"]


def test_a_journal_tells_each_step_and_counts() -> None:
    out = io.StringIO()
    book = journal.Journal(out)

    def fails() -> NoReturn:
        raise BrokenError("it broke", "first\nsecond")

    assert book.step("one", lambda: ("words", 7)) == 7
    book.check("two", fails)
    with pytest.raises(journal.StopError, match="three"):
        book.step("three", fails)
    lines = [re.sub(r"\d+\.\d s", "0.0 s", line) for line in out.getvalue().splitlines()]
    assert lines[:4] == [
        "  ok        0.0 s  one               words",
        "  FAILED    0.0 s  two               it broke",
        "            | first",
        "            | second",
    ]
    assert book.total() == "1 passed, 2 failed"


def test_the_newest_archive_of_python_counts(tmp_path: Path) -> None:
    with pytest.raises(BrokenError, match="no file named like python-3"):
        archives.version(tmp_path)
    for patch in (9, 12):
        plant(tmp_path, {f"python-3.13.{patch}-ubuntu-24.04-amd64.tar.zst": ""})
    assert archives.version(tmp_path) == "3.13.12"


def test_a_program_that_is_missing_or_late_is_no_exception() -> None:
    missing = programs.run(["no-such-program"])
    assert (missing.code, missing.last_line) == (127, "no-such-program is not installed")
    assert programs.run([sys.executable, "-c", "import time; time.sleep(9)"], 0.2).code == 124


def harness(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as an ordinary user runs it where there is no Docker at all."""
    (tmp_path / "nothing").mkdir()
    return subprocess.run(
        [sys.executable, "-B", "-c", _AS_USER, str(tmp_path / "work"), *arguments],
        env={"PATH": str(tmp_path / "nothing"), "PYTHONPATH": str(ROOT / "tools")},
        capture_output=True,
        text=True,
        check=False,
    )


_AS_USER = """
import os, sys
from pathlib import Path
os.geteuid = lambda: 1000
from stack import __main__ as command
command.WORK = Path(sys.argv.pop(1))
sys.exit(command.main())
"""


@pytest.mark.parametrize(("options", "code"), [((), 2), (("--or-skip",), 0)])
def test_without_docker_it_says_why_and_how_to_get_it(
    options: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    done = harness(tmp_path, "--smoke", *options)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout == (
        "The stack harness was skipped: dockerd is not installed, and only root may install it"
        " (as root: apt-get install docker.io).\n"
    )


def test_an_app_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = harness(tmp_path, "no_such_app")
    assert done.returncode == 1
    assert "no_such_app is neither a folder nor a fixture (these are:" in done.stderr


def test_every_build_here_takes_its_packages_from_the_wheelhouse() -> None:
    assert build.INSTALLER["PIP_NO_INDEX"] == "1"
    assert build.INSTALLER["PIP_FIND_LINKS"] == build.WHEELHOUSE

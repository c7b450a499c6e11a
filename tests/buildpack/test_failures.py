"""Failures that nobody foresaw: told once, with the command, the function and the line.

They are real ones: a tool that is not on PATH, a file where a folder belongs, no folder for
temporary files, a log that is closed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from buildpacks import IDLE, ROOT, Buildpack, Ran, executable

if TYPE_CHECKING:
    from pathlib import Path

    from buildpacks import Faults

pytestmark = pytest.mark.usefixtures("idle")

STOPPED = re.compile(
    r"\n !     (Slugfit's .+) stopped: (.+) failed \(exit code (\d+)\)"
    r" in ([\w: ]+), ([\w./-]+):(\d+)\."
    r"\n !     What the command itself said is above\. .+\n !     such as a full disk\. .+"
    r"\n !     https://github\.com/slugfit/slugfit/issues\n\n"
)


def told(text: str) -> tuple[str, str, str, str, str]:
    """The one failure that a log tells: who stopped, the command, its exit code, function, file."""
    (only,) = STOPPED.findall(text)
    *failure, line = only
    file = (ROOT / only[4]).read_text().splitlines()
    # The line is the one that holds the command, or the end of it.
    word = only[1].strip("'").split()[0].split("=")[0]
    assert word in file[int(line) - 1] or word == "the", only
    who, command, code, function, name = failure
    return who, command, code, function, name


def without(tool: str, folder: Path) -> str:
    """Make a folder for PATH with this machine's tools, all but one."""
    folder.mkdir()
    for place in ("/usr/bin", "/bin"):
        for name in os.listdir(place):
            if name != tool and not (folder / name).is_symlink():
                (folder / name).symlink_to(f"{place}/{name}")
    return str(folder)


@pytest.mark.parametrize("script", ["compile", "test-compile"])
def test_a_missing_tool_before_the_wrapped_buildpack_runs(
    wrapping: Buildpack, tmp_path: Path, script: str
) -> None:
    path = without("mv", tmp_path / "tools")
    ran = wrapping.run(script, wrapping.build, wrapping.cache, wrapping.env, PATH=path)
    assert ran.code == 1
    assert told(ran.out) == (
        f"Slugfit's bin/{script}",
        '\'mv --force --no-target-directory "${new}" "${file}"\'',
        "127",
        "cache::replace_file",
        "lib/cache.sh",
    )
    assert ran.err.count("\n") == 1
    assert not (wrapping.build / "upstream.args").exists()


def test_a_missing_tool_after_slimming(chaining: Buildpack, tmp_path: Path) -> None:
    chaining.faults({"environment": {"files": {"profile": "A=1\n"}}}, IDLE)
    ran = chaining.compile(PATH=without("mv", tmp_path / "tools"))
    assert ran.code == 1
    assert told(ran.out)[1:] == (
        '\'mv "${file}.new" "${file}"\'',
        *("127", "slim::_write", "lib/slim.sh"),
    )


def test_a_failure_in_a_command_substitution_names_its_own_place(
    wrapping: Buildpack, tmp_path: Path
) -> None:
    ran = wrapping.compile(PATH=without("awk", tmp_path / "tools"))
    assert ran.code == 1
    assert told(ran.out)[1:] == ("'awk 1 \"${answer}\"'", "127", "slim::setting", "lib/slim.sh")


def test_a_failure_in_a_pipeline_names_its_own_place(wrapping: Buildpack, tmp_path: Path) -> None:
    path = without("cat", tmp_path / "tools")
    (wrapping.build / "Aptfile").write_text("x\n")
    ran = wrapping.compile(PATH=path)
    assert ran.code == 1
    assert told(ran.out)[1:] == (
        "'cat \"${build_dir}/Aptfile\"'",
        *("127", "wheels::_surroundings", "lib/wheels.sh"),
    )


def test_a_failure_with_its_stdout_elsewhere_is_told_all_the_same(
    wrapping: Buildpack, tmp_path: Path
) -> None:
    ran = wrapping.compile(PATH=without("sort", tmp_path / "tools"))
    assert ran.code == 1
    assert told(ran.out)[3:] == ("python::on_path", "lib/python.sh")


def test_a_file_where_a_folder_belongs(wrapping: Buildpack) -> None:
    (wrapping.cache / "slugfit").touch()
    ran = wrapping.compile()
    assert ran.code == 1
    assert told(ran.out)[1:] == (
        "'mkdir --parents \"${1}/slugfit\"'",
        *("1", "slim::begin_report", "lib/slim.sh"),
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes into every folder")
def test_a_folder_that_cannot_be_written(wrapping: Buildpack) -> None:
    wrapping.cache.chmod(0o555)
    ran = wrapping.compile()
    wrapping.cache.chmod(0o755)
    assert ran.code == 1
    assert told(ran.out)[3] == "slim::begin_report"


@pytest.mark.parametrize("script", ["compile", "test-compile"])
def test_no_folder_for_temporary_files(wrapping: Buildpack, script: str) -> None:
    arguments = (wrapping.build, wrapping.cache, wrapping.env)
    ran = wrapping.run(script, *arguments, TMPDIR="/nowhere")
    assert ran.code == 1
    assert told(ran.out)[3:] == ("build::begin", "lib/build.sh")


def clean_up_without(tool: str, pack: Buildpack, more: str) -> Ran:
    """A build that loses a tool which is needed to put the app's files back."""
    folder = pack.build.parent
    tools = folder / "tools"
    path = without("", tools)
    for name in ("uv.lock", "a.txt"):
        (pack.build / name).touch()
    pack.faults({})
    pack.config(SLUGFIT_REQUIREMENTS="a.txt")
    script = f"#!/bin/sh\n/bin/rm '{tools}/{tool}'\n{more}"
    executable(folder / "an upstream/bin/test-compile", script)
    arguments = (pack.build, pack.cache, pack.env)
    return pack.run("test-compile", *arguments, PATH=f"{path}:{folder / 'python bin'}")


def test_a_clean_up_that_fails_for_the_same_reason_is_not_told_again(wrapping: Buildpack) -> None:
    ran = clean_up_without("mv", wrapping, "")
    assert ran.code != 0
    assert told(ran.out)[3] == "requirements::put_back"


def test_a_clean_up_that_fails_is_told(wrapping: Buildpack) -> None:
    ran = clean_up_without("mv", wrapping, 'kill -TERM "${PPID}"\n')
    assert ran.code != 0
    assert told(ran.out)[1:4] == ("the clean-up", "127", "requirements::put_back")


def test_what_has_been_told_is_not_told_again(wrapping: Buildpack) -> None:
    cases: tuple[tuple[Faults, int], ...] = (
        ({"config": {"exit": 2, "stderr": "wrong\n"}}, 2),
        ({"models": {"exit": 10, "stderr": "wrong\n"}}, 10),
        ({"slim": {"exit": 4}}, 4),
        ({"slim": {"signal": 9}, "conclude": {"exit": 4, "stdout": "not put back"}}, 4),
    )
    for faults, code in cases:
        wrapping.faults(faults, IDLE)
        ran = wrapping.compile()
        assert (ran.code, ran.err) == (code, "")
        assert " stopped: " not in ran.out
    wrapping.faults(IDLE)
    wrapping.config(FAKE_EXIT="37")
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (37, "")
    assert " stopped: " not in ran.out


def closed(pack: Buildpack, script: str) -> Ran:
    """Run a script whose stdout is closed."""
    done = subprocess.run(
        ["bash", "-c", '"${@}" >&-', "bash", pack.root / "bin" / script, pack.build],
        env=pack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_detect_tells_on_stderr(pack: Buildpack) -> None:
    ran = closed(pack, "detect")
    assert ran.code == 1
    assert told(ran.err)[2:] == ("1", "the script", "bin/detect")


def test_report_answers_all_the_same(pack: Buildpack) -> None:
    ran = pack.run("report", pack.build, pack.cache, pack.env, TMPDIR="/nowhere")
    assert (ran.code, ran.out) == (0, "{}\n")
    assert told(ran.err) == (
        "Slugfit's bin/report",
        "'SCRATCH_DIR=\"$(mktemp --directory)\"'",
        *("1", "the script", "bin/report"),
    )


def test_release_answers_all_the_same(pack: Buildpack) -> None:
    text = (pack.root / "bin/release").read_text()
    # Nothing in it can fail by itself.
    broken = text.replace("answer=''\n", "answer=''\ncd /nowhere\n")
    assert broken != text
    executable(pack.root / "bin/release", broken)
    ran = pack.run("release", pack.build)
    assert (ran.code, ran.out) == (0, "--- {}\n")
    assert len(STOPPED.findall(ran.err)) == 1


def test_the_command_tells_on_stderr(pack: Buildpack, tmp_path: Path) -> None:
    ran = pack.run("slugfit", "plan", PATH=without("sort", tmp_path / "tools"))
    assert (ran.code, ran.out) == (1, "")
    # Without a folder for temporary files a subshell's failure is told as its caller's.
    assert told(ran.err) == (
        "Slugfit's bin/slugfit",
        "'python=\"$(slim::python)\"'",
        *("127", "the script", "bin/slugfit"),
    )


def test_cloud_native_builds_tell_it(pack: Buildpack, tmp_path: Path) -> None:
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers/kept").touch()
    done = subprocess.run(
        [pack.root / "bin/build"],
        cwd=pack.build,
        env={
            **pack.environment,
            "CNB_LAYERS_DIR": str(tmp_path / "layers"),
            "VIRTUAL_ENV": str(pack.build),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    who, _, code, *place = told(done.stdout)
    assert (who, code, place) == ("Slugfit's bin/build", "1", ["layers::declare", "lib/layers.sh"])


@pytest.mark.parametrize("name", ["failure.sh", "output.sh", "python.sh"])
def test_the_stand_in_has_the_same_files(name: str) -> None:
    """It has to work as a folder of its own, so it has copies."""
    assert (ROOT / "lib/standin/lib" / name).read_text() == (ROOT / "lib" / name).read_text()


def stand_in(pack: Buildpack, script: str, **environment: str) -> Ran:
    folder = pack.build.parent / "stand-in"
    if not folder.exists():
        shutil.copytree(ROOT / "lib/standin", folder)
    done = subprocess.run(
        [folder / "bin" / script, pack.build, pack.cache, pack.env],
        env={**pack.environment, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_the_stand_in_tells_and_reports_it(pack: Buildpack) -> None:
    ran = stand_in(pack, "compile", TMPDIR="/nowhere")
    assert (ran.code, ran.out) == (1, "")
    (failure,) = STOPPED.findall(ran.err)
    assert failure[0] == "Slugfit's stand-in for the Python buildpack"
    assert failure[2:5] == ("1", "the script", "bin/compile")
    facts = json.loads(stand_in(pack, "report").out)
    assert facts["failure_reason"] == "internal-error::unhandled"
    assert facts["failure_detail"].startswith("'SCRATCH_DIR=")


def test_the_stand_in_tells_what_its_facts_cannot_hold(pack: Buildpack) -> None:
    (pack.cache / "build-data").touch()
    ran = stand_in(pack, "compile")
    assert (ran.code, ran.out) == (1, "")
    (failure,) = STOPPED.findall(ran.err)
    assert failure[2:5] == ("1", "facts::start", "lib/facts.sh")


def test_the_stand_ins_own_errors_are_not_told_again(pack: Buildpack) -> None:
    """This one ends a subshell."""
    (pack.build / "uv.lock").touch()
    ran = stand_in(pack, "compile")
    assert ran.code == 1
    assert ran.err.startswith(
        "\n !     Error: the app has the files of several package managers.\n"
    )
    assert " stopped: " not in ran.err

"""The start of a process with a packed slug: what comes out, and every way in which it can end."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from packed_slugs import launch, packed, start
from slugfit.base.paths import PACKED_FOLDER, UNPACK_PROFILE
from slugfit.measure.pieces import EPOCH
from slugfit.packing.unpack_script import PROFILE_TEXT, script_text
from trees import SITE, Content, Folder, Link, distribution, plant, slug, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

ODD: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/a b/c.so": b"\x7fELF" * 1000,
    "pkg/two\nlines": "x",
    "pkg/\udcff\udcfe": "x",
    "pkg/-rf": "x",
    "pkg/--help/x": "x",
    "pkg/$HOME": "x",
    "pkg/" + "x" * 120 + "/" + "y" * 120: "x",
    "pkg/empty": Folder(),
    "pkg/empty file": "",
    "pkg/link": Link("a b/c.so"),
    "pkg/sub/link": Link("../empty"),
    "pkg/gone": Link("nowhere"),
    "pkg.libs/lib.so": "x" * 3000,
    "pkg-data/x": "sorts between a folder and what is in it",
}
TWO = {**distribution("pkg", "1.0", ODD), **distribution("more", "1.0", {"more/a": "x" * 5000})}


def _slug(root: Path) -> Path:
    plant(root, slug(TWO, app_py="import pkg\n"))
    (root / SITE / "pkg/a b").chmod(0o2751)
    (root / SITE / "pkg/a b/c.so").chmod(0o755)
    (root / SITE / "pkg/-rf").chmod(0o4711)
    (root / SITE / "pkg/empty").chmod(0o700)
    return root


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A packed slug."""
    root = _slug(tmp_path / "home")
    packing, _ = packed(root)
    assert packing.refusal is None
    assert not (root / SITE / "pkg").exists()
    return root


def _unpacked(root: Path) -> dict[str, tuple[int, bytes | str]]:
    """What is in the slug, without what packing brought."""
    own = (".profile.d", ".heroku/slugfit")
    return {path: found for path, found in snapshot(root).items() if not path.startswith(own)}


def _whole(root: Path) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        return _unpacked(root) == _unpacked(_slug(Path(folder, "home")))


def test_what_comes_out_is_what_would_have_been_shipped(tmp_path: Path) -> None:
    root = _slug(tmp_path / "home")
    source, bytecode = root / SITE / "pkg/m.py", root / SITE / "pkg/__pycache__/m.cpython-311.pyc"
    plant(root, {f"{SITE}/pkg/m.py": "x"})
    os.utime(source, (1_700_000_000.5, 1_700_000_000.5))
    bytecode.parent.mkdir()
    bytecode.write_bytes(b"\xa7\r\r\n" + bytes(12))  # checked by its source's time
    before = snapshot(root)
    packing, _ = packed(root)
    assert [item.bundle.owner for item in packing.packed] == ["pkg", "more"]
    assert not any(name.startswith("pkg/") for name in os.listdir(root / SITE))
    done = start(root, variables={"LC_ALL": "C.UTF-8", "TAR_OPTIONS": "--exclude=*"})
    assert (done.returncode, done.stdout) == (0, "started\n")
    assert _unpacked(root) == before
    times = {
        path: (root / path).lstat().st_mtime_ns
        for path in before
        if path.startswith(f"{SITE}/pkg/")
    }
    assert times.pop(f"{SITE}/pkg/m.py") == 1_700_000_000 * 10**9
    assert set(times.values()) == {EPOCH * 10**9}


def test_the_umask_has_no_say_in_it(home: Path) -> None:
    assert start(home, "bash", "-c", 'umask 077; exec "$@"', "-").returncode == 0
    assert _whole(home)


def test_one_line_tells_it_and_a_second_start_does_nothing(home: Path) -> None:
    done = start(home)
    assert done.stderr.startswith("slugfit: unpacked 0.0 MB in ")
    assert done.stderr.count("\n") == 1
    assert sorted(os.listdir(home / PACKED_FOLDER)) == [
        "done",
        "list",
        "lock",
        "manifest.json",
        "python_zstd.py",
        "unpack.sh",
    ]
    (home / SITE / "pkg/a b/c.so").unlink()
    again = start(home)
    assert (again.returncode, again.stdout, again.stderr) == (0, "started\n", "")
    assert not (home / SITE / "pkg/a b/c.so").exists()


def test_nothing_is_left_in_the_shell_that_sources_it(home: Path) -> None:
    show = "shopt; set -o; compgen -v; declare -F; export -p; trap; pwd"
    script = f'show() {{ {show}; }}; show; echo --; . "$HOME/{UNPACK_PROFILE}" 2>/dev/null; show'
    done = subprocess.run(
        ["bash", "-c", f"PIPESTATUS=; {script}"],
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    before, _, after = done.stdout.partition("--\n")
    assert before == after


def test_several_that_start_at_once(home: Path) -> None:
    running = [launch(home) for _ in range(4)]
    told = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0] * 4
    assert [out for out, _ in told] == ["started\n"] * 4
    assert sum(err.count("unpacked") for _, err in told) == 1
    assert _whole(home)


KILL = """#!/usr/bin/env bash
# Kills its process group at the {number}th call, before or after the program does its work.
echo >>"$COUNT"
if [[ "$(wc -l <"$COUNT")" -ge {number} && {before} == 1 ]]; then kill -KILL 0; fi
"{program}" "$@"
status=$?
if [[ "$(wc -l <"$COUNT")" -ge {number} ]]; then kill -KILL 0; fi
exit "$status"
"""
POINTS = [
    (program, number, before)
    for program, calls in {"mkdir": 3, "zstd": 2, "tar": 2, "mv": 2, "rm": 3}.items()
    for number in range(1, calls + 1)
    for before in (0, 1)
]


@pytest.mark.parametrize(("program", "number", "before"), POINTS)
def test_killed_the_next_start_completes_it(
    home: Path, tmp_path: Path, program: str, number: int, before: int
) -> None:
    script = KILL.format(program=shutil.which(program), number=number, before=before)
    plant(tmp_path, {f"bin/{program}": script, "bin/nproc": "#!/bin/sh\necho 2\n"})
    for name in (program, "nproc"):
        (tmp_path / "bin" / name).chmod(0o755)
    killed = start(home, path=tmp_path / "bin", variables={"COUNT": str(tmp_path / "count")})
    assert killed.returncode == -signal.SIGKILL
    # Each folder is there whole or not at all.
    with tempfile.TemporaryDirectory() as folder:
        whole = snapshot(_slug(Path(folder, "home")) / SITE)
    for name in ("pkg", "pkg.libs", "more", "pkg-data"):
        if (home / SITE / name).exists():
            inside = {path: found for path, found in whole.items() if path.startswith(f"{name}/")}
            found = {f"{name}/{path}": item for path, item in snapshot(home / SITE / name).items()}
            assert found == inside
    done = start(home)
    assert (done.returncode, done.stdout) == (0, "started\n")
    assert _whole(home)
    assert not (home / PACKED_FOLDER / "work").exists()


def test_what_outlives_a_killed_start_is_waited_for(home: Path, tmp_path: Path) -> None:
    real = shutil.which("tar")
    slow = f'#!/bin/sh\n"{real}" "$@"\nstatus=$?\n: >"$HOME/../unpacking"\nsleep 1\nexit $status\n'
    plant(tmp_path, {"bin/tar": slow})
    (tmp_path / "bin/tar").chmod(0o755)
    first = launch(home, path=tmp_path / "bin")
    while not (tmp_path / "unpacking").exists():
        time.sleep(0.01)
    children = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
    for pid in (first.pid, *map(int, children)):
        os.kill(pid, signal.SIGKILL)
    done = start(home)
    first.communicate()
    assert (done.returncode, done.stdout) == (0, "started\n")
    assert _whole(home)


def _refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ends the start, with one error and what to do."""
    assert (done.returncode, done.stdout) == (1, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("slugfit: the packages of this app could not be unpacked: ")
    assert second.startswith("slugfit: ")
    assert "SLUGFIT_PACK=off" in second
    for word in words:
        assert word in first


@pytest.mark.parametrize("program", ["zstd", "tar", "flock"])
def test_a_program_is_missing(home: Path, tmp_path: Path, program: str) -> None:
    for name in {
        "bash",
        "env",
        "dirname",
        "rm",
        "mkdir",
        "mv",
        "nproc",
        "zstd",
        "tar",
        "flock",
    } - {program}:
        plant(tmp_path, {f"bin/{name}": Link(shutil.which(name) or "")})
    done = start(home, variables={"PATH": str(tmp_path / "bin")})
    _refused(done, f"no program {program} ")
    assert start(home).returncode == 0
    assert _whole(home)


@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_a_damaged_archive(home: Path, damage: str) -> None:
    archive = next((home / PACKED_FOLDER).glob("pkg-*.tar.zst"))
    content = archive.read_bytes()
    if damage == "gone":
        archive.unlink()
    else:
        archive.write_bytes(
            content[:-1] if damage == "cut" else content[:99] + b"\0" + content[100:]
        )
    _refused(start(home), archive.name, "missing" if damage == "gone" else "damaged")
    assert not (home / SITE / "pkg").exists()
    assert not (home / PACKED_FOLDER / "work").exists()
    archive.write_bytes(content)
    assert start(home).returncode == 0
    assert _whole(home)


def test_wherever_an_archive_is_damaged_nothing_wrong_comes_out(home: Path, tmp_path: Path) -> None:
    """A byte that is not part of what is packed may go unseen: then what comes out is right."""
    archive = next((home / PACKED_FOLDER).glob("pkg-*.tar.zst"))
    content = archive.read_bytes()
    refused = 0
    places = {*range(16), *range(16, len(content), len(content) // 24), len(content) - 1}
    for number in sorted(places):
        root = tmp_path / str(number)
        shutil.copytree(home, root, symlinks=True)
        for mask in (0x04, 0xFF):
            damaged = bytearray(content)
            damaged[number] ^= mask
            (root / PACKED_FOLDER / archive.name).write_bytes(damaged)
            done = start(root)
            if done.returncode == 0:
                assert _whole(root)
                break
            _refused(done, f"{archive.name} is damaged")
            assert not (root / SITE / "pkg").exists()
            refused += 1
        shutil.rmtree(root)
    assert refused > 2 * len(places) - 8


@pytest.mark.parametrize("says", ["echo 1", "echo 2", "echo 64", "exit 1"])
def test_any_number_of_processors(home: Path, tmp_path: Path, says: str) -> None:
    plant(tmp_path, {"bin/nproc": f"#!/bin/sh\n{says}\n"})
    (tmp_path / "bin/nproc").chmod(0o755)
    done = start(home, path=tmp_path / "bin")
    assert (done.returncode, done.stdout) == (0, "started\n")
    assert _whole(home)


def test_folders_of_one_name_in_two_places(tmp_path: Path) -> None:
    places = [f"{SITE}/../{number}" for number in range(3)]
    plant(tmp_path, {f"home/{PACKED_FOLDER}/unpack.sh": script_text()})
    lines = []
    for place in places:
        plant(tmp_path, {f"{place}/pkg/file": place})
        plant(tmp_path / "home", {place: Folder()})
        name = f"{place[-1]}.tar.zst"
        stream = subprocess.run(
            ["tar", "--create", f"--directory={tmp_path / place}", "pkg"],
            capture_output=True,
            check=True,
        )
        target = str(tmp_path / "home" / PACKED_FOLDER / name)
        subprocess.run(["zstd", "--quiet", "-o", target], input=stream.stdout, check=True)
        lines.append(f"{name} 5 {place} pkg\n")
    plant(tmp_path, {f"home/{PACKED_FOLDER}/list": "".join(lines)})
    plant(tmp_path, {f"home/{UNPACK_PROFILE}": PROFILE_TEXT})
    assert start(tmp_path / "home").returncode == 0
    for place in places:
        assert (tmp_path / "home" / place / "pkg/file").read_text() == place


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A packed slug that every user may read."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        root = _slug(Path(folder, "home"))
        assert packed(root)[0].refusal is None
        yield root


def test_where_nothing_may_be_written(open_home: Path) -> None:
    before = snapshot(open_home)
    (open_home / PACKED_FOLDER).chmod(0o555)
    other = (
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if not os.geteuid() else []
    )
    _refused(start(open_home, *other), "cannot be written to")
    (open_home / PACKED_FOLDER).chmod(0o755)
    assert snapshot(open_home) == before


def test_a_full_disk(home: Path) -> None:
    """No file may get larger than 1 KiB, which ends whatever writes one."""
    done = start(home, "bash", "-c", 'ulimit -f 1; exec "$@"', "-")
    _refused(done, ".tar.zst could not be unpacked")
    assert not (home / PACKED_FOLDER / "work").exists()
    assert start(home).returncode == 0
    assert _whole(home)


def test_a_file_system_that_is_full(tmp_path: Path) -> None:
    mount = (
        'mount -t tmpfs -o size=96k,mode=755 none "$0" && cp -a "$1"/. "$0" && shift && exec "$@"'
    )
    root = _slug(tmp_path / "home")
    plant(root, {f"{SITE}/pkg/zeros": bytes(200_000)})
    assert packed(root)[0].refusal is None
    (tmp_path / "small").mkdir()
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("no file system can be mounted here")
    before = ["unshare", "--mount", "bash", "-c", mount, str(tmp_path / "small"), str(root)]
    _refused(start(tmp_path / "small", *before), "no space left on the disk")


def test_its_own_files_are_plain(home: Path) -> None:
    for name in os.listdir(home / PACKED_FOLDER):
        assert stat.S_IMODE((home / PACKED_FOLDER / name).stat().st_mode) == 0o644
    assert stat.S_IMODE((home / UNPACK_PROFILE).stat().st_mode) == 0o644
    # No other script is sourced before it.
    assert (
        min(["python.sh", "WEB_CONCURRENCY.sh", "00_first.sh", Path(UNPACK_PROFILE).name])
        == Path(UNPACK_PROFILE).name
    )

"""Packing, and starts, where there is no program zstd: by the app's Python, from 3.14 on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import every_python
from packed_slugs import STAND_IN, packed, packer, start
from slugfit.base.paths import PACKED_FOLDER
from slugfit.measure.pieces import EPOCH
from slugfit.packing.zstd import missing_programs, python_of_slug, python_text, zstd_command
from slugfit.report.packing_words import refusal_sentence
from trees import SITE, Content, Folder, Link, distribution, plant, slug, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

# Tests have another home, and no variables of this name.
FOUND = every_python.found(dict(os.environ))
PROGRAMS = ("bash", "dirname", "env", "flock", "mkdir", "mv", "nproc", "rm", "tar")
FILES: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/large": b"a library" * 300_000,
    "pkg/two\nlines": "x",
    "pkg/empty": Folder(),
    "pkg/link": Link("large"),
    "pkg.libs/lib.so": os.urandom(70_000),
}
PACKAGES = {**distribution("pkg", "1.0", FILES), **distribution("more", "1.0", {"more/a": "x" * 9})}


@pytest.fixture(scope="session")
def new_python() -> Path:
    """A Python that has zstd."""
    for number in sorted(FOUND, reverse=True):
        for program in FOUND[number] if number > 13 else ():
            start = [str(program), "-I", "-S", "-B", "-c", "import compression.zstd"]
            if subprocess.run(start, capture_output=True, check=False).returncode == 0:
                return program
    pytest.skip("this machine has no Python with compression.zstd")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH without zstd."""
    folder = tmp_path / "programs"
    plant(folder, {name: Link(shutil.which(name) or "") for name in PROGRAMS})
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _slug(root: Path, python: Path) -> Path:
    plant(root, slug(PACKAGES, app_py="import pkg\n"))
    plant(root, {f".heroku/python/bin/{name}": Link(str(python)) for name in ("python", "python3")})
    (root / SITE / "pkg/large").chmod(0o755)
    return root


def _unpacked(root: Path) -> Mapping[str, tuple[int, bytes | str]]:
    own = (".profile.d", ".heroku/slugfit")
    return {path: found for path, found in snapshot(root).items() if not path.startswith(own)}


@pytest.mark.parametrize("packs", ["Python", "the program"])
@pytest.mark.parametrize("unpacks", ["Python", "the program"])
def test_what_one_packs_the_other_unpacks(
    tmp_path: Path, new_python: Path, monkeypatch: pytest.MonkeyPatch, packs: str, unpacks: str
) -> None:
    program = shutil.which("zstd")
    if {packs, unpacks} != {"Python"} and (not program or Path(program).parent == STAND_IN):
        pytest.skip("there is no program zstd here")
    folders = {"Python": tmp_path / "without", "the program": tmp_path / "with"}
    for name in PROGRAMS:
        for folder in folders.values():
            plant(folder, {name: Link(shutil.which(name) or "")})
    plant(folders["the program"], {"zstd": Link(program or "")})
    monkeypatch.setenv("PATH", str(folders[packs]))
    root = _slug(tmp_path / "root", new_python)
    before = snapshot(root)
    packing, _ = packed(root)
    assert packing.refusal is None
    assert not (root / SITE / "pkg").exists()
    assert sum(item.compressed for item in packing.packed) < 80_000
    done = start(root, variables={"PATH": str(folders[unpacks])})
    assert (done.returncode, done.stdout) == (0, "started\n")
    assert _unpacked(root) == before
    times = {path.lstat().st_mtime for path in (root / SITE / "pkg").rglob("*")}
    assert times == {EPOCH}


@pytest.mark.usefixtures("bare")
def test_a_damaged_archive(tmp_path: Path, new_python: Path) -> None:
    home = _slug(tmp_path / "home", new_python)
    before = snapshot(home)
    assert packed(home)[0].refusal is None
    archive = next((home / PACKED_FOLDER).glob("pkg-*.tar.zst"))
    content = archive.read_bytes()
    changed = [*range(8), *range(8, len(content), len(content) // 8), len(content) - 1]
    damaged = [bytes((*content[:i], content[i] ^ 0xFF, *content[i + 1 :])) for i in changed]
    for broken in (*damaged, content[:-1], content + b"x", content * 2, b""):
        archive.write_bytes(broken)
        done = start(home)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"{archive.name} is damaged\n" in done.stderr
        assert not (home / SITE / "pkg").exists()
    archive.write_bytes(content)
    full = start(home, "bash", "-c", 'ulimit -f 1; exec "$@"', "-")
    assert full.returncode == 1
    assert "could not be unpacked" in full.stderr
    assert start(home).returncode == 0
    assert _unpacked(home) == before


def test_an_older_python_does_not_serve(tmp_path: Path, bare: Path) -> None:
    if sys.version_info >= (3, 14):
        pytest.skip("this Python has zstd")
    root = _slug(tmp_path / "root", Path(sys.executable))
    before = snapshot(root)
    packing, _ = packed(root)
    assert packing.refusal is not None
    assert "there is no zstd here" in refusal_sentence(packing.refusal)
    assert "from 3.14 on" in refusal_sentence(packing.refusal)
    assert snapshot(root) == before
    plant(bare, {"zstd": Link(str(STAND_IN / "zstd")), "python3": Link(sys.executable)})
    assert packed(root)[0].refusal is None
    (bare / "zstd").unlink()
    done = start(root)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no program zstd here, and no Python 3.14 in the app" in done.stderr
    assert not (root / SITE / "pkg").exists()


def test_the_program_comes_first_and_only_the_slugs_own_python_counts(
    tmp_path: Path, bare: Path
) -> None:
    root = plant(tmp_path / "root", slug(PACKAGES, app_py="import pkg\n"))
    assert python_of_slug(packer(root).plan.layout) is None
    nowhere, failing = tmp_path / "no/bin/python3", tmp_path / "failing/bin/python3"
    working = tmp_path / "working/bin/python3"
    plant(tmp_path, {"failing/bin/python3": "#!/bin/sh\nexit 1\n"})
    plant(tmp_path, {"working/bin/python3": '#!/bin/sh\necho "$1 $2 $3 $LD_LIBRARY_PATH"\n'})
    for program in (failing, working):
        program.chmod(0o755)
    for python in (None, nowhere, failing):
        assert zstd_command(python) is None
        assert missing_programs(python) == ("zstd",)
    command = zstd_command(working) or ()
    assert command[1:6] == (
        f"LD_LIBRARY_PATH={tmp_path}/working/lib",
        str(working),
        "-I",
        "-S",
        "-B",
    )
    assert command[-1] == python_text()
    assert missing_programs(working) == ()
    plant(bare, {"zstd": Link(str(STAND_IN / "zstd"))})
    assert (zstd_command(working) or ())[-1] == "zstd"

"""Packing a tree: what it comes to, what it refuses, what the cache keeps, how it can fail."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from packed_slugs import STAND_IN, packed, packer, start
from pythons import settings
from slugfit.apply.transaction import recover_tree, restore_tree
from slugfit.base.clock import Clock
from slugfit.base.errors import TreeError, UsageError
from slugfit.base.paths import PACKED_FOLDER, UNPACK_PROFILE
from slugfit.measure.archive import write_gzip
from slugfit.measure.pieces import slug_pieces
from slugfit.packing import archive, cache, making
from slugfit.packing.density import FAST
from slugfit.packing.manifest import archive_of, is_packed
from slugfit.packing.pack import pack_tree
from slugfit.pipeline import slim_tree
from slugfit.report.make import make_report
from slugfit.report.why import explain_path
from slugfit.scan.tree import scan_tree
from slugfit.settings.current_run import Run
from trees import SITE, Content, Link, distribution, plant, slug, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.packing.outcome import Packing

ONE, TWO, THREE = (hashlib.shake_256(seed).digest(40_000) for seed in (b"1", b"2", b"3"))
PACKAGES: dict[str, Content] = {
    # gzip sees nothing of a repetition that is so far away.
    **distribution("large", "1.0", {"large/__init__.py": "", "large/data": ONE * 3}),
    **distribution("small", "1.0", {"small/__init__.py": "", "small/data": TWO * 2}),
    **distribution("random", "1.0", {"random_data/x": THREE}),
}


def _slug(root: Path) -> Path:
    return plant(root, slug(PACKAGES, app_py="import large\n"))


def _kinds(packing: Packing) -> tuple[str, ...]:
    """The packed distributions, or the kind of the refusal."""
    if packing.refusal is not None:
        return (f"refused: {packing.refusal.kind}",)
    return tuple(item.bundle.owner for item in packing.packed)


@pytest.fixture(autouse=True)
def _least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "LEAST", 1000)


def test_what_gets_smaller_is_packed_and_the_sizes_are_those_of_the_slug(tmp_path: Path) -> None:
    root = _slug(tmp_path / "root")
    before = packer(root).sizes
    packing, sizes = packed(root)
    assert _kinds(packing) == ("large", "small")
    assert sizes.after.compressed == before.after.compressed - sum(
        item.saved for item in packing.packed
    )
    assert sizes.before == before.before
    assert sizes.after.uncompressed == before.after.uncompressed
    written = write_gzip(tmp_path / "slug.tgz", slug_pieces(scan_tree(root)))
    # The list, the manifest and the script are a few thousand bytes, and so is what the shares of
    # so small a tree are wrong by.
    assert abs(written - sizes.after.compressed) < 8000
    for item in packing.packed:
        assert (root / PACKED_FOLDER / item.archive).stat().st_size == item.compressed


def test_auto_packs_as_much_as_is_needed(tmp_path: Path) -> None:
    size = packer(_slug(tmp_path / "measured")).sizes.after.compressed
    for limit, expected in {
        size: ("refused: fits",),
        size - 1: ("small",),
        size // 3: ("large", "small"),
        1: ("large", "small"),
    }.items():
        root = _slug(tmp_path / str(limit))
        assert _kinds(packed(root, PACK="auto", LIMIT=str(limit))[0]) == expected
        assert is_packed(root) == (expected != ("refused: fits",))


def test_the_same_tree_gives_the_same_slug(tmp_path: Path) -> None:
    one, two = _slug(tmp_path / "one"), _slug(tmp_path / "two")
    os.utime(two / SITE / "large/data", (1, 1))
    packed(one)
    packed(two)
    assert snapshot(one / PACKED_FOLDER) == snapshot(two / PACKED_FOLDER)


@pytest.mark.parametrize(
    ("values", "run", "expected"),
    [
        ({}, Run(tree_is_cached=True), "cached tree"),
        ({}, Run(app=Path("/app")), "not a slug"),
        ({"LIMIT": "scalingo"}, Run(), "platform"),
        ({"LIMIT": "digitalocean"}, Run(), "platform"),
        ({"LIMIT": "image"}, Run(), "platform"),
        ({"LIMIT": "1G", "PACK": "auto"}, Run(), "fits"),
    ],
)
def test_where_nothing_is_packed(
    tmp_path: Path, values: Mapping[str, str], run: Run, expected: str
) -> None:
    root = _slug(tmp_path)
    before = snapshot(root)
    packing, sizes = packed(root, run, **values)
    assert _kinds(packing) == (f"refused: {expected}",)
    assert sizes.packed == {}
    assert snapshot(root) == before


@pytest.mark.parametrize("prefix", ["", ".venv/"])
def test_only_a_slug_of_the_platform(tmp_path: Path, prefix: str) -> None:
    plant(tmp_path, {f"{prefix}bin/x": "", f"{prefix}lib/python3.11/os.py": ""})
    site = f"{prefix}lib/python3.11/site-packages"
    plant(tmp_path, {f"{site}/{name}": content for name, content in PACKAGES.items()})
    assert _kinds(packed(tmp_path)[0]) == ("refused: not a slug",)


def test_nothing_that_gets_smaller(tmp_path: Path) -> None:
    root = plant(tmp_path, slug({"pkg/x": THREE, "small.py": "x"}))
    assert _kinds(packed(root)[0]) == ("refused: nothing large",)


def test_a_program_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = _kinds(packed(_slug(tmp_path / "root"))[0])
    assert found == ("refused: no program",)


def _failing(root: Path, run: Run | None = None) -> str:
    """Why nothing was packed; the tree is as it was."""
    before = snapshot(root)
    packing, sizes = packed(root, run)
    assert packing.refusal is not None
    assert packing.refusal.kind == "failed"
    assert sizes.packed == {}
    assert snapshot(root) == before
    return packing.refusal.detail


def _program(folder: Path, name: str, script: str) -> Path:
    plant(folder, {name: f"#!/usr/bin/env bash\n{script}\n"})
    (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("name", "script", "why"),
    [
        ("zstd", "echo 'zstd: out of memory' >&2; exit 1", "zstd failed: zstd: out of memory"),
        ("zstd", "exit 3", "zstd failed: It ended with status 3."),
        ("tar", "echo 'tar: oh' >&2; exit 2", "cannot be unpacked: slugfit: the packages of this"),
        ("tar", 'REAL "$@"; chmod -R u+w,g-r "${@: -2:1}" "${3#*=}"; exit 0', "is not the same"),
    ],
)
def test_a_program_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str, why: str
) -> None:
    script = script.replace("REAL", str(shutil.which(name)))
    if "chmod" in script:
        # It unpacks something else than what was packed.
        script = (
            script.split(";")[0]
            + '; for x in "$@"; do case "$x" in --directory=*) touch "${x#*=}"/*/*;; esac; done'
        )
    folder = _program(tmp_path / "bin", name, script)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    assert why in _failing(_slug(tmp_path / "root"))


def test_no_time_is_left(tmp_path: Path) -> None:
    root = _slug(tmp_path)
    late = replace(packer(root), clock=Clock(end=time.monotonic() - 1))
    before = snapshot(root)
    packing, _ = pack_tree(late)
    assert packing.refusal is not None
    assert "There was no time" in packing.refusal.detail
    assert snapshot(root) == before


def test_what_is_in_the_way(tmp_path: Path) -> None:
    root = plant(_slug(tmp_path), {UNPACK_PROFILE: "mine"})
    assert "in the way" in _failing(root)
    (root / UNPACK_PROFILE).unlink()
    (root / ".profile.d").rmdir()
    plant(root, {".profile.d": Link("/elsewhere")})
    assert "everything was put back" in _failing(root)


def _cached(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_ino for file in folder.iterdir()}


def test_a_build_packs_only_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, folder = Run(cache=tmp_path / "cache"), tmp_path / "cache/packed"
    packed(_slug(tmp_path / "one"), run)
    first = _cached(folder)
    # What is random saves nothing, and is kept for the next build to know that.
    assert len(first) == 3
    root = plant(_slug(tmp_path / "two"), {f"{SITE}/small/more": "x"})
    packed(root, run)
    second = _cached(folder)
    assert len(second.keys() - first.keys()) == 1
    assert first.items() <= second.items()

    def fail(*_: object) -> None:
        raise AssertionError("nothing is to be packed anew")

    monkeypatch.setattr(archive, "_compress", fail)
    packed(_slug(tmp_path / "three"), run)
    assert _cached(folder) == second
    # The slug's is a copy: nothing that is done to it changes the cache.
    inodes = {file.stat().st_ino for file in (tmp_path / "three" / PACKED_FOLDER).iterdir()}
    assert inodes.isdisjoint(second.values())


def test_what_no_build_used_for_an_hour_is_dropped(tmp_path: Path) -> None:
    run, folder = Run(cache=tmp_path / "cache"), tmp_path / "cache/packed"
    plant(folder, {"old.tar.zst": "x", "young.tar.zst": "x", "half.draft": "x"})
    old = time.time() - cache.OLD - 60
    for name in ("old.tar.zst", "half.draft"):
        os.utime(folder / name, (old, old))
    packed(_slug(tmp_path / "one"), run)
    names = {file.name for file in folder.iterdir()}
    assert "young.tar.zst" in names
    assert not names & {"old.tar.zst", "half.draft"}


def test_a_damaged_cache_fails_one_build(tmp_path: Path) -> None:
    run, folder = Run(cache=tmp_path / "cache"), tmp_path / "cache/packed"
    packed(_slug(tmp_path / "one"), run)
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:-9])
    assert "unpacked" in _failing(_slug(tmp_path / "two"), run)
    assert _kinds(packed(_slug(tmp_path / "three"), run)[0]) == ("large", "small")


def test_slim_packs_what_is_left_and_the_next_build_has_the_files(tmp_path: Path) -> None:
    root = plant(_slug(tmp_path / "root"), {f"{SITE}/large/x.pyi": "x", f"{SITE}/large/x.py": ""})
    built = tmp_path / "cache"
    subprocess.run(["cp", "-r", "--no-dereference", "--link", root, built], check=True)
    whole = snapshot(built)
    outcome = slim_tree(root, settings(PACK="on"))
    assert outcome.packing is not None
    assert _kinds(outcome.packing) == ("large", "small")
    assert "pack" in outcome.seconds
    # The standard buildpack's cache shares the files: it is whole, for a build without packing.
    assert snapshot(built) == whole
    report = make_report(outcome, settings(PACK="on"))
    assert report.after.compressed == sum(share.after.compressed for share in report.distributions)
    assert report.before.compressed == sum(
        share.before.compressed for share in report.distributions
    )
    assert start(root).returncode == 0
    assert not (root / SITE / "large/x.pyi").exists()
    assert (root / SITE / "large/data").read_bytes() == ONE * 3


def test_a_tree_that_was_not_slimmed_is_not_packed(tmp_path: Path) -> None:
    root = plant(_slug(tmp_path), {f"{SITE}/large/x.pyi": "x", f"{SITE}/large/x.py": ""})
    plant(root, {".heroku/python/bin/python": "#!/bin/sh\nexit 127\n"})
    (root / ".heroku/python/bin/python").chmod(0o755)
    before = snapshot(root)
    outcome = slim_tree(root, settings(PACK="on"))
    assert outcome.undone is not None
    assert outcome.packing is not None
    assert _kinds(outcome.packing) == ("refused: not slimmed",)
    assert snapshot(root) == before


def test_packing_that_fails_leaves_the_slimmed_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = {f"{SITE}/large/x.pyi": "x", f"{SITE}/large/x.py": ""}
    slim_tree(plant(_slug(tmp_path / "slimmed"), tree), settings())
    root = plant(_slug(tmp_path / "root"), tree)
    folder = _program(tmp_path / "bin", "zstd", "exit 3")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    outcome = slim_tree(root, settings(PACK="on", STRICT="1"))
    assert outcome.packing is not None
    assert _kinds(outcome.packing) == ("refused: failed",)
    assert snapshot(root) == snapshot(tmp_path / "slimmed")


def test_restore_brings_all_back(tmp_path: Path) -> None:
    root = plant(_slug(tmp_path), {f"{SITE}/large/x.pyi": "x", f"{SITE}/large/x.py": ""})
    before = snapshot(root)
    slim_tree(root, settings(PACK="on"), keep_stash=True)
    assert is_packed(root)
    restore_tree(root)
    assert recover_tree(root) == 0
    assert snapshot(root) == before


def test_a_packed_tree_is_not_slimmed_again(tmp_path: Path) -> None:
    root = _slug(tmp_path)
    packed(root)
    before = snapshot(root)
    with pytest.raises(TreeError, match="packed already"):
        slim_tree(root, settings())
    assert snapshot(root) == before


def test_why_names_the_archive(tmp_path: Path) -> None:
    root = _slug(tmp_path)
    packing, _ = packed(root)
    name = packing.packed[0].archive
    with pytest.raises(UsageError, match=f"is packed: it stays, and lies in .*/{name}"):
        explain_path(root, f"{SITE}/large/data", settings())
    assert archive_of(root, f"{SITE}/large2/data") == ""
    assert explain_path(root, f"{SITE}/random_data/x", settings()).decision.action == "keep"


@pytest.mark.parametrize("which", ["the program", "the stand-in"])
def test_the_stand_in_takes_what_the_program_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    if which == "the stand-in":
        monkeypatch.setenv("PATH", f"{STAND_IN}:{os.environ['PATH']}")
    elif Path(shutil.which("zstd") or "").parent == STAND_IN:
        pytest.skip("there is no program zstd here")
    data = ONE * 3
    options = [*archive.options_of(FAST), f"--stream-size={len(data)}"]
    for threads in (1, 4):
        options = [f"-T{threads}" if item.startswith("-T") else item for item in options]
        target = tmp_path / str(threads)
        command = ["zstd", "--quiet", "--force", *options, "-o", str(target)]
        assert subprocess.run(command, input=data, check=True, capture_output=True).stderr == b""
    content = (tmp_path / "1").read_bytes()
    assert content == (tmp_path / "4").read_bytes()
    assert len(content) < len(data) / 2
    back = ["zstd", "--decompress", "--stdout", "--quiet", "--", str(tmp_path / "1")]
    back.append(str(tmp_path / "4"))
    assert subprocess.run(back, check=True, capture_output=True).stdout == data * 2
    for broken in (content[:-9], b"x" + content[1:], b"no archive at all"):
        (tmp_path / "4").write_bytes(broken)
        done = subprocess.run(back, check=False, capture_output=True)
        assert done.returncode == 1
        assert done.stderr


def test_killed_at_any_change_the_tree_is_packed_or_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child is killed before every 19th change to a disk that it makes; the cache stays whole."""
    root = _slug(tmp_path / "root")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    before = snapshot(root)
    built, outcomes = tmp_path / "cache", set()
    subprocess.run(["cp", "-r", "--no-dereference", "--link", root, built], check=True)
    run = Run(cache=tmp_path / "packed")
    packed(_slug(tmp_path / "first"), run)
    for number in range(1, 10_000, 19):
        tree = tmp_path / str(number)
        shutil.copytree(root, tree, symlinks=True, copy_function=os.link)
        pid = os.fork()
        if not pid:
            _kill_at(number)
            packed(tree, run)
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert ended in (0, -signal.SIGKILL)
        recover_tree(tree)
        outcomes.add(is_packed(tree))
        if is_packed(tree):
            assert start(tree).returncode == 0
            shutil.rmtree(tree / PACKED_FOLDER.rpartition("/")[0])
            shutil.rmtree(tree / ".profile.d")
        assert snapshot(tree) == before
        assert snapshot(built) == before
        if not ended:
            break
    assert outcomes == {False, True}
    assert number > 50


def _kill_at(number: int) -> None:
    """Kill this process before the ``number``th change to a disk that it makes."""
    events = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.chmod", "os.chown", "os.utime"}
    left = [number]

    def hook(event: str, _: object) -> None:
        if event in events:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)

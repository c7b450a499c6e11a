"""The engine, killed with signal 9 before every change that it makes to a disk, or stopped there.

A real child is killed: while it slims, puts back, recovers and restores, and while it answers a
first signal. Whatever it left, the next run ends with the tree before or the tree after, never
between, and the build cache, which shares every inode with the tree, is never changed.
"""

from __future__ import annotations

import importlib.util
import json
import marshal
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pythons import ENGINE, SITE, engine, real_slug
from slugfit.apply.transaction import recover_tree, restore_tree
from strategies import State, library, state
from trees import SITE as PLAIN_SITE
from trees import Content, Link, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


# Checked by its source's hash: it fits, and is written anew.
CODE = marshal.dumps(compile("", "x", "exec"))
HEADER = importlib.util.MAGIC_NUMBER + b"\3\0\0\0" + importlib.util.source_hash(b"")
BYTECODE = "pkg/__pycache__/__init__.cpython-311.pyc"
PACKAGE: dict[str, Content] = {
    "pkg/__init__.py": "",
    BYTECODE: HEADER + CODE,
    "pkg/core.so": library(),
    "pkg/core.so.1": library(),
    "pkg/stub.pyi": "",
    "pkg/tests/data/deep.txt": "",
    "pkg/tests/link": Link("../core.so"),
    "pkg/tests/x.py": "",
}

# Starts a command again and again, each time on a copy of the tree and with its signal ``step``
# changes later, until one comes to its end; then the next command on all that is left. Step 0 is
# no signal. A second signal comes after the first one in the same way: while that is answered.
KILLER = """
import io, json, mmap, os, shutil, signal, sys
task = json.load(sys.stdin)
sys.path.insert(0, task["lib"])
from slugfit import cli
WRITES = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.chmod", "os.chown", "os.link",
          "os.symlink", "os.truncate", "os.utime", "os.setxattr"}
armed, sent, root = [], mmap.mmap(-1, 1), [""]
def changes(event, arguments):
    if event != "open":
        return event in WRITES
    path, mode, flags = arguments
    writes = flags is not None and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    return bool(writes) and not isinstance(path, int) and os.fsdecode(path).startswith(root[0])
def hook(event, arguments):
    if armed and changes(event, arguments):
        armed[0][1] -= 1
        if not armed[0][1]:
            sent[0] += 1
            os.kill(os.getpid(), armed.pop(0)[0])
sys.addaudithook(hook)
os.fsync = lambda descriptor: None
def run(place, act, signals):
    sent[0] = 0
    pid = os.fork()
    if not pid:
        sys.stdout = io.TextIOWrapper(io.BytesIO(), "utf-8")
        armed[:], root[0] = signals, place
        code = cli.main([act[0], place, *act[1:]])
        armed.clear()
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code != -signal.SIGKILL and code not in task["codes"]:
        sys.exit(f"{act}: {code}")
def copies(source, act, signals, before=()):
    (number, step), *others = signals
    at = len(source) % step + 1 if step else sys.maxsize
    while True:
        upto = [*before, (number, at)]
        if others:
            yield from copies(source, act, others, upto)
        else:
            target = ".".join([source, *(str(count) for _, count in upto)])
            # As the standard buildpack's cache does: the same inodes under other names.
            shutil.copytree(source, target, symlinks=True, copy_function=os.link)
            run(target, act, [list(pair) for pair in upto])
            yield target
        if sent[0] <= len(before):
            return
        at += step
found = [task["root"]]
for act, *signals in task["acts"]:
    signals = [[signal.SIGKILL, item] if isinstance(item, int) else item for item in signals]
    found = [copy for source in found for copy in copies(source, act, signals)]
print(json.dumps(found))
"""


def _killed(root: Path, *acts: Sequence[object], codes: tuple[int, ...] = (0,)) -> list[Path]:
    """All that is left of ``root`` when each of ``acts`` was killed at each ``step``-th change."""
    task = {"lib": str(ENGINE.parent), "root": str(root), "acts": acts, "codes": codes}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", KILLER],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [Path(name) for name in json.loads(done.stdout)]


def _tree(root: Path) -> Mapping[str, State]:
    """The tree without Slugfit's own folder, and without the times of files written anew."""
    return {
        path: replace(found, mtime_ns=0) if path.endswith(("/RECORD", ".pyc")) else found
        for path, found in state(root).items()
        if path.split("/")[0] != ".slugfit"
    }


def _plant(root: Path) -> Path:
    plant(root, slug(distribution("pkg", "1.0", PACKAGE), app_py="import pkg\n"))
    (root / PLAIN_SITE / "pkg/tests").chmod(0o2711)
    (root / PLAIN_SITE / "pkg/core.so").chmod(0o755)
    (root / PLAIN_SITE / "pkg/core.so.1").chmod(0o755)
    return root


def _is_linked(root: Path) -> bool:
    site = root / PLAIN_SITE / "pkg"
    return (site / "core.so").samefile(site / "core.so.1")


def _after(root: Path, *options: str) -> Mapping[str, State]:
    target = root.with_name("after")
    shutil.copytree(root, target, symlinks=True)
    assert engine("slim", target, *options).code == 0
    found = _tree(target)
    assert _is_linked(target)
    shutil.rmtree(target)
    assert f"{PLAIN_SITE}/pkg/tests" not in found
    assert found[f"{PLAIN_SITE}/{BYTECODE}"] != _tree(root)[f"{PLAIN_SITE}/{BYTECODE}"]
    return found


SLIM, KEEP = ["slim"], ["slim", "--keep-stash"]
ACTS: dict[str, list[tuple[list[str], int]]] = {
    "slim": [(SLIM, 1)],
    "slim, then recover": [(SLIM, 7), (["recover"], 3)],
    "slim, then slim": [(SLIM, 13), (SLIM, 13)],
    "slim, then recover, then recover": [(SLIM, 17), (["recover"], 8), (["recover"], 5)],
    "keep": [(KEEP, 3)],
    "keep, then restore, then recover": [(KEEP, 0), (["restore"], 2), (["recover"], 9)],
    "keep, then restore, then restore": [(KEEP, 0), (["restore"], 3), (["restore"], 3)],
}


@pytest.mark.parametrize("name", ACTS)
def test_killed_before_any_change_the_next_run_ends_before_or_after(
    tmp_path: Path, name: str
) -> None:
    root = _plant(tmp_path / "root")
    cache, before = state(root), _tree(root)
    after = _after(root)
    copies = _killed(root, *ACTS[name])
    assert len(copies) > 12
    outcomes = set()
    for copy in copies:
        recover_tree(copy)
        found = _tree(copy)
        assert found in (before, after), copy.name
        assert _is_linked(copy) == (found == after)
        outcomes.add(found == after)
        assert recover_tree(copy) == 0
        restore_tree(copy)
        assert _tree(copy) == (before if ACTS[name][0][0] == KEEP else found)
        assert not any(part.startswith("journal") for part in state(copy))
    assert False in outcomes
    assert "restore" in name or True in outcomes
    assert state(root) == cache


def test_a_run_killed_anywhere_does_not_change_what_the_next_one_comes_to(tmp_path: Path) -> None:
    root = _plant(tmp_path / "root")
    cache, after = state(root), _after(root)
    copies = _killed(root, (SLIM, 6), (SLIM, 0))
    assert len(copies) > 8
    for copy in copies:
        assert _tree(copy) == after
        assert not (copy / ".slugfit").exists()
    assert state(root) == cache


@pytest.mark.parametrize("way", [SLIM, KEEP], ids=" ".join)
def test_killed_while_it_adds_bytecode(tmp_path: Path, way: list[str]) -> None:
    site = distribution("pkg", "1.0", {"pkg/__init__.py": "", "pkg/a.pyi": ""})
    root = real_slug(tmp_path / "root", site, {"app.py": "import pkg\n"})
    cache, before = state(root), _tree(root)
    copies = _killed(root, (way, 3))
    after = _tree(copies[-1])
    assert any(path.startswith("__pycache__/app.") for path in after)
    outcomes = set()
    for copy in copies:
        recover_tree(copy)
        found = _tree(copy)
        assert found in (before, after), copy.name
        outcomes.add(found == after)
        restore_tree(copy)
        assert _tree(copy) == (before if way == KEEP else found)
    assert outcomes == {False, True}
    assert state(root) == cache


def test_killed_while_it_puts_back_what_could_not_be_verified(tmp_path: Path) -> None:
    root = _plant(tmp_path / "root")
    plant(root, {".heroku/python/bin/python": "#!/bin/sh\nexit 127\n"})
    (root / ".heroku/python/bin/python").chmod(0o755)
    cache, before = state(root), _tree(root)
    for copy in _killed(root, (SLIM, 3)):
        recover_tree(copy)
        assert _tree(copy) == before, copy.name
        assert not (copy / ".slugfit").exists()
    assert state(root) == cache


def test_killed_while_it_makes_the_change_again(tmp_path: Path) -> None:
    """An import that fails with and without Slugfit: put back, tried, and done once more."""
    broken: dict[str, Content] = {**PACKAGE, "pkg/__init__.py": "1/0"}
    root = real_slug(
        tmp_path / "root", distribution("pkg", "1.0", broken), {"app.py": "import pkg"}
    )
    cache, before = state(root), _tree(root)
    copies = _killed(root, (SLIM, 17))
    assert len(copies) > 3
    # The last one was not killed.
    after = _tree(copies[-1])
    assert f"{SITE}/pkg/tests/x.py" not in after
    for copy in copies:
        recover_tree(copy)
        assert _tree(copy) in (before, after), copy.name
    assert state(root) == cache


TERM = int(signal.SIGTERM)
KILL = int(signal.SIGKILL)


@pytest.mark.parametrize("way", [SLIM, KEEP], ids=" ".join)
def test_stopped_anywhere_it_has_put_everything_back_or_is_done(
    tmp_path: Path, way: list[str]
) -> None:
    root = _plant(tmp_path / "root")
    cache, before, after = state(root), _tree(root), _after(root)
    copies = _killed(root, (way, (TERM, 1)), codes=(0, 130))
    assert len(copies) > 30
    outcomes = set()
    for copy in copies:
        assert recover_tree(copy) == 0
        outcomes.add(_tree(copy) == after)
        assert _tree(copy) in (before, after), copy.name
        restore_tree(copy)
        assert _tree(copy) == before or way == SLIM
        assert not (copy / ".slugfit").exists()
    assert outcomes == {False, True}
    assert state(root) == cache


@pytest.mark.parametrize("second", [TERM, KILL], ids=["stopped", "killed"])
def test_within_the_exit_of_a_transaction(tmp_path: Path, second: int) -> None:
    """A first signal makes it put back, or comes while it commits; the second comes meanwhile."""
    root = _plant(tmp_path / "root")
    cache, before, after = state(root), _tree(root), _after(root)
    copies = _killed(root, (SLIM, (TERM, 4), (second, 3)), codes=(0, 130))
    assert len(copies) > 60
    outcomes, unfinished = set(), 0
    for copy in copies:
        unfinished += recover_tree(copy)
        outcomes.add(_tree(copy) == after)
        assert _tree(copy) in (before, after), copy.name
        assert not (copy / ".slugfit").exists()
    assert outcomes == {False, True}
    # Stopped twice, it still puts back what the second signal found; killed, the next run does.
    assert (unfinished > 20) == (second == KILL)
    assert unfinished == 0 or second == KILL
    assert state(root) == cache


# --- the cache


def _linked(root: Path) -> dict[str, tuple[State, int, int]]:
    """Every file with its inode and the number of its names."""
    return {
        path: (found, (root / path).lstat().st_ino, (root / path).lstat().st_nlink)
        for path, found in state(root).items()
        if not (root / path).is_dir() or (root / path).is_symlink()
    }


@pytest.mark.parametrize("way", ["slim", "failing verification", "keep and restore", "interrupted"])
def test_the_cache_s_inodes_are_not_touched(tmp_path: Path, way: str) -> None:
    root, cache = _plant(tmp_path / "root"), tmp_path / "cache"
    (root / PLAIN_SITE / "pkg/stub.pyi").chmod(0o444)
    (root / PLAIN_SITE / "pkg/core.so").chmod(0o4555)
    if way == "failing verification":
        plant(root, {".heroku/python/bin/python": "#!/bin/sh\nexit 127\n"})
        (root / ".heroku/python/bin/python").chmod(0o755)
    alone = _linked(root)
    command = ["cp", "--recursive", "--no-dereference", "--preserve=mode", "--link"]
    subprocess.run([*command, root, cache], check=True)
    before = _linked(cache)
    if way == "interrupted":
        for copy in _killed(root, (SLIM, 40), (SLIM, 0)):
            shutil.rmtree(copy)
        for copy in tmp_path.glob("root.*"):
            shutil.rmtree(copy)
    else:
        options = ["--keep-stash"] if way == "keep and restore" else []
        assert engine("slim", root, *options).code == 0
    if way == "keep and restore":
        assert engine("restore", root).code == 0
    after = _linked(cache)
    assert {path: found[:2] for path, found in after.items()} == {
        path: found[:2] for path, found in before.items()
    }
    if way != "slim":
        # Every file is the cache's own again, not a copy of it.
        assert after == before
    shutil.rmtree(root)
    assert _linked(cache) == alone

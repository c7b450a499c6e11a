"""The transaction: whole or not at all, whatever happens, and never outside the tree."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pythons import ENGINE, engine
from slugfit.apply.change import Change
from slugfit.apply.emptied import emptied_folders
from slugfit.apply.record import RewrittenRecord
from slugfit.apply.stash import new_stash
from slugfit.apply.transaction import (
    Transaction,
    has_kept,
    recover_tree,
    restore_tree,
    transaction,
)
from slugfit.base.errors import RollBackError, TreeError
from slugfit.scan.tree import scan_tree
from trees import Content, Folder, Link, plant, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping


TREE: dict[str, Content] = {
    "app.py": "import pkg",
    "pkg/__init__.py": "",
    "pkg/tests/__init__.py": "",
    "pkg/tests/deep/test_a.py": "a",
    "pkg/tests/deep/link": Link("../../__init__.py"),
    "pkg/tests/deep/folder": Link("../../../docs"),
    "pkg/lib.so": "library",
    "info/RECORD": "rows",
    "docs/index": "docs",
    "empty": Folder(),
}
GONE = (
    "docs/index",
    "pkg/tests/__init__.py",
    "pkg/tests/deep/folder",
    "pkg/tests/deep/link",
    "pkg/tests/deep/test_a.py",
)


def _rewritten(root: Path, path: str, text: str) -> RewrittenRecord:
    """Any file, treated as a RECORD: what it is now becomes ``text``."""
    return RewrittenRecord((root / path).read_bytes(), (text,), {}, "\n", shorter=True)


def _change(root: Path, gone: Collection[str], written: Collection[str] = ()) -> Change:
    """The Change that the engine would make of it."""
    found = scan_tree(root)
    modes = {entry.path: entry.mode & 0o7777 for entry in found.entries}
    return Change(
        tuple(sorted(gone)),
        {},
        {
            path: _rewritten(root, path, f"new {number}")
            for number, path in enumerate(sorted(written))
        },
        tuple((path, modes[path]) for path in emptied_folders(found, gone)),
    )


def _abandoned(root: Path, change: Change) -> Transaction:
    """A transaction that was applied and never ended, as by a kill."""
    opened = Transaction(new_stash(root))
    opened.apply(change)
    opened.stash.unlock()
    return opened


def _without_work(root: Path) -> Mapping[str, object]:
    return {
        path: entry for path, entry in snapshot(root).items() if path.split("/")[0] != ".slugfit"
    }


def _hostile(root: Path, emptied: object, old: Mapping[str, Content]) -> None:
    journal = {"version": 1, "removed": [], "written": [], "emptied": emptied}
    plant(root, {".slugfit/1/journal.json": json.dumps(journal)})
    plant(root / ".slugfit/1/old", {"placeholder": ""} | dict(old))


def test_applying_removes_writes_and_leaves_no_empty_folder(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    (tmp_path / "pkg").chmod(0o750)
    with transaction(tmp_path) as opened:
        opened.apply(_change(tmp_path, GONE, ["pkg/lib.so"]))
        opened.commit(keep=False)
    expected = plant(
        tmp_path / "expected",
        {
            "app.py": "import pkg",
            "pkg/__init__.py": "",
            "pkg/lib.so": "new 0",
            "info/RECORD": "rows",
            "empty": Folder(),
        },
    )
    (expected / "pkg").chmod(0o750)
    found = snapshot(tmp_path)
    assert {name: found[name] for name in found if "expected" not in name} == snapshot(expected)


@pytest.mark.parametrize("way", ["restore", "roll back", "recover"])
def test_putting_back_is_the_identity(tmp_path: Path, way: str) -> None:
    plant(tmp_path, TREE)
    (tmp_path / "pkg/tests").chmod(0o2755)
    (tmp_path / "docs/index").chmod(0o4711)
    before = snapshot(tmp_path)
    change = _change(tmp_path, GONE, ["pkg/lib.so", "info/RECORD"])
    if way == "recover":
        _abandoned(tmp_path, change)
        assert not (tmp_path / "pkg/tests").exists()
        assert recover_tree(tmp_path) == 1
    else:
        with transaction(tmp_path) as opened:
            opened.apply(change)
            assert not (tmp_path / "pkg/tests").exists()
            if way == "restore":
                opened.commit(keep=True)
    assert has_kept(tmp_path) == (way == "restore")
    if way == "restore":
        assert restore_tree(tmp_path) == len(GONE) + 2
        assert not has_kept(tmp_path)
    assert snapshot(tmp_path) == before


NAMES = st.one_of(
    st.sampled_from(
        ["a", "b", "tests", "x y", "two\nlines", "\udcff", "é", "..a", "-rf", "#", "'"]
    ),
    st.binary(min_size=1, max_size=6).map(
        lambda name: os.fsdecode(name.replace(b"/", b"x").replace(b"\0", b"x")) + "_"
    ),
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
CONTENTS = st.one_of(
    st.binary(max_size=20), PATHS.map(Link), st.just(Folder()), st.just(Link("../../outside"))
)


def _planted(root: Path, content: Mapping[str, Content]) -> list[str]:
    """Plant what fits together; the files and links that came to be."""
    for name, item in content.items():
        with contextlib.suppress(OSError):
            plant(root, {name: item})
    return [entry.path for entry in scan_tree(root).entries if entry.kind in ("file", "link")]


@settings(max_examples=60)
@given(st.dictionaries(PATHS, CONTENTS, max_size=12), st.data())
def test_any_plan_applied_and_restored_is_the_identity(
    content: dict[str, Content], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        root.mkdir()
        files = _planted(root, content)
        for entry in scan_tree(root).entries:
            if entry.kind in ("file", "folder"):
                (root / entry.path).chmod(data.draw(st.integers(0, 0o7777)) | 0o700)
        gone = data.draw(st.sets(st.sampled_from(files))) if files else set()
        left = [path for path in files if path not in gone and not (root / path).is_symlink()]
        written = data.draw(st.sets(st.sampled_from(left))) if left else set()
        before = snapshot(root)
        with transaction(root) as opened:
            opened.apply(_change(root, gone, written))
            assert not any(os.path.lexists(root / path) for path in gone)
            after = _without_work(root)
            with opened.shown_whole():
                assert _without_work(root) == before
            assert _without_work(root) == after
            opened.commit(keep=True)
        assert restore_tree(root) == len(gone) + len(written)
        assert snapshot(root) == before


# Forks for every N (and M) and dies at the N-th call that changes something on disk.
KILLED = """
import json, os, sys
task = json.load(sys.stdin)
class Bomb:
    calls = at = 0
    def __init__(self, act): self.act = act
    def __call__(self, *arguments, **options):
        Bomb.calls += 1
        if Bomb.calls == Bomb.at:
            os._exit(9)
        return self.act(*arguments, **options)
os.fsync = lambda descriptor: None
for name in ("rename", "replace", "rmdir", "mkdir", "fsync", "unlink", "chmod", "link"):
    setattr(os, name, Bomb(getattr(os, name)))
sys.path.insert(0, task["lib"])
import shutil
from pathlib import Path
from slugfit.apply.change import Change
from slugfit.apply.record import RewrittenRecord
from slugfit.apply.transaction import recover_tree, restore_tree, transaction
change = Change(
    tuple(task["gone"]), {},
    {path: RewrittenRecord(old.encode(), ("new",), {}, "", True)
     for path, old in task["written"].items()},
    tuple(map(tuple, task["emptied"])),
)
def slim(root, keep):
    with transaction(root) as opened:
        opened.apply(change)
        opened.commit(keep=keep)
def look(root):
    with transaction(root) as opened:
        opened.apply(change)
        with opened.shown_whole():
            os.fsync(0)
        opened.commit(keep=False)
def give_up(root):
    with transaction(root) as opened:
        opened.apply(change)
acts = {
    "slim": lambda root: slim(root, False), "keep": lambda root: slim(root, True),
    "look": look, "give up": give_up, "recover": recover_tree, "restore": restore_tree,
}
def run(act, root, at):
    pid = os.fork()
    if not pid:
        Bomb.calls, Bomb.at = 0, at
        try:
            acts[act](root)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(3)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
def copies(source, act, step):
    # A second kill is tried at every seventh place, others for each first one.
    at = int(source.suffix[1:] or 0) % step + 1 - step
    while True:
        at += step
        target = Path(f"{source}.{at}")
        shutil.copytree(source, target, symlinks=True)
        code = run(act, target, at)
        assert code in (0, 9), code
        yield target
        if code == 0:
            return
found = [Path(task["root"])]
for number, act in enumerate(task["acts"]):
    found = [copy for source in found for copy in copies(source, act, 1 + 6 * number)]
print(json.dumps([str(root) for root in found]))
"""


@pytest.mark.parametrize(
    ("acts", "at_least"),
    [
        (["slim"], 30),
        (["keep"], 25),
        (["look"], 60),
        (["look", "recover"], 150),
        (["give up"], 40),
        (["give up", "recover"], 100),
        (["slim", "recover"], 60),
    ],
    ids=lambda value: ", then ".join(value) if isinstance(value, list) else str(value),
)
def test_killed_at_any_point_the_tree_is_the_one_before_or_after(
    tmp_path: Path, acts: list[str], at_least: int
) -> None:
    root = plant(tmp_path / "root", TREE)
    (root / "pkg/tests").chmod(0o711)
    before = snapshot(root)
    change = _change(root, GONE, ["pkg/lib.so", "info/RECORD"])
    after = {
        path: (mode, b"new" if path in change.written else content)
        for path, (mode, content) in before.items()
        if path not in {*GONE, *(path for path, _ in change.emptied)}
    }
    task = {
        "lib": str(ENGINE.parent),
        "root": str(root),
        "gone": change.removed,
        "written": {path: item.before.decode() for path, item in change.records.items()},
        "emptied": change.emptied,
        "acts": acts,
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", KILLED],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    roots = [Path(name) for name in json.loads(done.stdout)]
    assert len(roots) >= at_least
    outcomes = set()
    for copy in roots:
        recover_tree(copy)
        assert _without_work(copy) in (before, after), copy.name
        outcomes.add(_without_work(copy) == after)
        restore_tree(copy)
        if "keep" in acts or _without_work(copy) == before:
            assert snapshot(copy) == before
        else:
            assert snapshot(copy) == after
    assert outcomes == ({False} if "give up" in acts else {False, True})


def test_a_restore_that_was_killed_is_finished_by_recover(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    with transaction(tmp_path) as opened:
        opened.apply(_change(tmp_path, GONE))
        opened.commit(keep=True)
    # What a kill in the middle leaves: the journal open again, one file back.
    work = tmp_path / ".slugfit/1"
    (work / "kept.json").rename(work / "journal.json")
    (tmp_path / "docs").mkdir()
    (work / "old/docs/index").rename(tmp_path / "docs/index")
    assert recover_tree(tmp_path) == 1
    assert snapshot(tmp_path) == before


def test_two_kept_generations_are_restored_newest_first(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    for gone, written in ((GONE[:1], ["info/RECORD"]), (GONE[1:], ["info/RECORD", "pkg/lib.so"])):
        with transaction(tmp_path) as opened:
            opened.apply(_change(tmp_path, gone, written))
            opened.commit(keep=True)
    assert recover_tree(tmp_path) == 0
    assert restore_tree(tmp_path) == len(GONE) + 3
    assert snapshot(tmp_path) == before


def test_restoring_makes_folders_again_that_others_removed_meanwhile(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    with transaction(tmp_path) as opened:
        opened.apply(_change(tmp_path, GONE))
        opened.commit(keep=True)
    shutil.rmtree(tmp_path / "pkg")
    assert restore_tree(tmp_path) == len(GONE)
    assert (tmp_path / "pkg/tests/deep/test_a.py").read_text() == "a"


HOSTILE: dict[str, tuple[object, Mapping[str, Content]]] = {
    "a path with dots": ([["../outside/made", 0o777, 0, 0]], {}),
    "an absolute path": ([["/OUTSIDE/made", 0o777, 0, 0]], {}),
    "a path through a link": ([["way/made", 0o777, 0, 0]], {}),
    "a link itself": ([["way", 0o777, 0, 0]], {}),
    "a link in its stash": ([], {"away": Link("../../../../outside")}),
    "a file to be put through a link": ([], {"way/kept": "overwritten"}),
    "no list": ("x", {}),
    "no pairs": ([["pkg"]], {}),
    "a number for a path": ([[1, 2, 0, 0]], {}),
    "a word for a mode": ([["pkg/new", "x", 0, 0]], {}),
    "no owner": ([["pkg/new", 0o777]], {}),
    "an owner beyond all numbers": ([["pkg/new", 0o777, 1 << 99, float("inf")]], {}),
    "a number beyond all files": ([["pkg/new", 1 << 99, -(1 << 99), 0]], {}),
    "a deep list": ([[[]] * 9], {}),
    "nothing": (None, {}),
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("state", ["journal.json", "kept.json"])
def test_a_hostile_journal_touches_nothing_outside(tmp_path: Path, case: str, state: str) -> None:
    outside = plant(tmp_path / "outside", {"kept": "precious"})
    outside.chmod(0o750)
    root = plant(tmp_path / "root", TREE | {"way": Link("../outside")})
    emptied, old = HOSTILE[case]
    _hostile(root, json.loads(json.dumps(emptied).replace("/OUTSIDE", str(outside))), old)
    (root / ".slugfit/1/journal.json").rename(root / ".slugfit/1" / state)
    before = snapshot(outside)
    act = recover_tree if state == "journal.json" else restore_tree
    with contextlib.suppress(RollBackError):
        act(root)
    assert snapshot(outside) == before
    assert stat.S_IMODE(outside.stat().st_mode) == 0o750


@pytest.mark.parametrize("place", [".slugfit", ".slugfit/1", ".slugfit/1/old"])
def test_a_work_folder_that_is_a_link_is_not_followed(tmp_path: Path, place: str) -> None:
    outside = plant(
        tmp_path / "outside",
        {"1/journal.json": '{"emptied": []}', "1/old/x": "", "journal.json": '{"emptied": []}'}
        | {"old/y": "", "z": ""},
    )
    before = snapshot(outside)
    root = plant(tmp_path / "root", TREE | {place: Link(str(outside))})
    if place.endswith("old"):
        plant(root, {".slugfit/1/journal.json": '{"emptied": []}'})
    for act in (recover_tree, restore_tree, new_stash):
        with contextlib.suppress(RollBackError, TreeError):
            act(root)
    assert snapshot(outside) == before
    assert not any(os.path.lexists(root / name) for name in "xyz")


@pytest.mark.parametrize("name", ["²", "٣", "01", "1x", "-1"])
def test_strange_names_in_the_work_folder_are_left_alone(tmp_path: Path, name: str) -> None:
    plant(tmp_path, TREE | {f".slugfit/{name}/file": "kept"})
    assert recover_tree(tmp_path) == 0
    assert restore_tree(tmp_path) == 0
    with transaction(tmp_path) as opened:
        assert opened.old.is_dir()
    assert (tmp_path / ".slugfit" / name / "file").read_text() == "kept"


def test_a_folder_that_became_a_link_undoes_everything(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", TREE)
    change = _change(root, GONE)
    outside = tmp_path / "outside"
    (root / "pkg/tests").rename(outside)
    (root / "pkg/tests").symlink_to(outside)
    before, away = snapshot(root), snapshot(outside)
    with pytest.raises(TreeError, match="everything was put back"), transaction(root) as opened:
        opened.apply(change)
    assert (snapshot(root), snapshot(outside)) == (before, away)


def test_a_file_that_vanished_undoes_everything(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    change = _change(tmp_path, GONE, ["pkg/lib.so"])
    (tmp_path / "pkg/tests/deep/test_a.py").unlink()
    before = snapshot(tmp_path)
    with pytest.raises(TreeError) as caught, transaction(tmp_path) as opened:
        opened.apply(change)
    assert "test_a.py" in caught.value.why
    assert snapshot(tmp_path) == before


def test_a_file_that_came_into_an_emptied_folder_stays_and_its_folder_too(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    change = _change(tmp_path, GONE)
    plant(tmp_path, {"docs/new": "somebody's"})
    before = snapshot(tmp_path)
    with transaction(tmp_path) as opened:
        opened.apply(change)
        assert os.listdir(tmp_path / "docs") == ["new"]
        assert not (tmp_path / "pkg/tests").exists()
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_new_file_that_cannot_be_written_undoes_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)

    def full(target: Path, data: bytes) -> None:
        target.write_text(data[:2].decode())
        if target.name == "1":
            raise OSError(code, os.strerror(code))

    change = _change(tmp_path, GONE[:1], ["info/RECORD", "pkg/lib.so"])
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(TreeError) as caught, transaction(tmp_path) as opened:
        opened.apply(change)
    assert os.strerror(code) in caught.value.why
    assert "disk space" in caught.value.todo
    assert snapshot(tmp_path) == before


def test_a_folder_that_cannot_be_written_undoes_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    usual = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.parent.name == "deep" and "old" not in self.parts:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return usual(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(TreeError, match="put back"), transaction(tmp_path) as opened:
            opened.apply(_change(tmp_path, GONE))
    assert snapshot(tmp_path) == before


def test_a_root_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    plant(tmp_path, {".slugfit": "a file of the app's own"})
    with pytest.raises(TreeError, match="cannot be changed"), transaction(tmp_path):
        pytest.fail("there is no place for it")
    assert recover_tree(tmp_path) == 0


def test_a_roll_back_that_fails_keeps_the_stash_and_names_it(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    with contextlib.ExitStack() as stack:
        opened = stack.enter_context(transaction(tmp_path))
        opened.apply(_change(tmp_path, GONE))
        plant(tmp_path, {"docs/index/in the way": ""})
        with pytest.raises(RollBackError) as caught:
            stack.close()
    assert caught.value.code == 4
    assert str(opened.stash.folder) in caught.value.todo
    assert (opened.old / "docs/index").read_text() == "docs"
    answer = engine("recover", tmp_path)
    assert answer.code == 4
    assert str(opened.stash.folder) in answer.err
    # The cause is solved: the same command finishes it.
    (tmp_path / "docs/index/in the way").unlink()
    (tmp_path / "docs/index").rmdir()
    assert engine("recover", tmp_path).code == 0
    assert (tmp_path / "docs/index").read_text() == "docs"
    assert not (tmp_path / ".slugfit").exists()


def test_a_stash_that_cannot_be_read_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    usual = os.scandir

    def scandir(place: str | int) -> Iterator[os.DirEntry[str]]:
        if isinstance(place, str) and place.endswith("old/pkg/tests"):
            raise OSError(errno.EIO, "Input/output error")
        return usual(place)

    with monkeypatch.context() as patch:
        change = _change(tmp_path, GONE)
        patch.setattr(os, "scandir", scandir)
        with pytest.raises(RollBackError), transaction(tmp_path) as opened:
            opened.apply(change)
    assert recover_tree(tmp_path) == 1
    assert snapshot(tmp_path) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only a superuser gives files away")
def test_owners_stay_whoever_runs_it(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    for path in ("pkg/lib.so", "info/RECORD", "pkg/tests", "pkg/tests/deep", "docs"):
        os.chown(tmp_path / path, 12345, 54321)
    (tmp_path / "pkg/lib.so").chmod(0o6711)
    (tmp_path / "docs").chmod(0o2750)

    def owners() -> dict[str, tuple[int, int, int]]:
        found = {path: (tmp_path / path).lstat() for path in snapshot(tmp_path)}
        return {path: (own.st_uid, own.st_gid, own.st_mode) for path, own in found.items()}

    before = owners()
    with transaction(tmp_path) as opened:
        opened.apply(_change(tmp_path, GONE, ["pkg/lib.so", "info/RECORD"]))
        after = owners()
        assert {path: after[path] for path in after if path in before} == {
            path: before[path] for path in before if path in after
        }
        assert "pkg/tests" not in after
    assert owners() == before


CAPABILITY = bytes.fromhex("0100000200040000000000000000000000000000")


def _attributes(root: Path) -> dict[str, dict[str, bytes]]:
    return {
        path: {
            name: os.getxattr(root / path, name, follow_symlinks=False)
            for name in os.listxattr(root / path, follow_symlinks=False)
        }
        for path in snapshot(root)
    }


@pytest.mark.parametrize(
    ("name", "value"), [("user.why", b"because"), ("security.capability", CAPABILITY)]
)
def test_attributes_stay_with_the_name(tmp_path: Path, name: str, value: bytes) -> None:
    plant(tmp_path, TREE)
    try:
        for path in ("pkg/lib.so", "docs/index"):
            os.setxattr(tmp_path / path, name, value)
    except OSError:
        pytest.skip("this file system, or this user, knows no such attribute")
    before = _attributes(tmp_path)
    with transaction(tmp_path) as opened:
        opened.apply(_change(tmp_path, GONE, ["pkg/lib.so", "info/RECORD"]))
        assert _attributes(tmp_path)["pkg/lib.so"] == {name: value}
    assert _attributes(tmp_path) == before


@pytest.mark.parametrize("name", ["user.why", "security.capability"])
@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP, errno.ENOSPC])
def test_attributes_that_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    """A label of the system's is no loss; a program without its capabilities is another one."""
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    change = _change(tmp_path, GONE, ["pkg/lib.so"])
    harmless = name == "user.why" and code != errno.ENOSPC
    told = pytest.raises(TreeError, match="everything was put back")
    with monkeypatch.context() as patch:
        patch.setattr(os, "listxattr", lambda *_, **__: [name])
        patch.setattr(os, "getxattr", lambda *_, **__: b"value")
        patch.setattr(os, "setxattr", refuse)
        with contextlib.nullcontext() if harmless else told, transaction(tmp_path) as opened:
            opened.apply(change)
    assert snapshot(tmp_path) == before


HOLDING = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from slugfit.apply.change import Change
from slugfit.apply.transaction import transaction
with transaction(Path(sys.argv[2])) as opened:
    opened.apply(Change(("docs/index",), {}, {}, ()))
    print("applied", flush=True)
    sys.stdin.read()
    opened.commit(keep=True)
"""


def test_a_run_that_is_still_at_work_is_not_disturbed(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    command = [sys.executable, "-I", "-S", "-B", "-c", HOLDING, str(ENGINE.parent), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"applied\n"
        assert not (tmp_path / "docs/index").exists()
        for verb in ("slim", "recover", "restore"):
            answer = engine(verb, tmp_path)
            assert (answer.code, answer.out) == (7, "")
            assert "Another run of Slugfit" in answer.err
        other.communicate()
    assert other.returncode == 0
    assert not (tmp_path / "docs/index").exists()
    assert restore_tree(tmp_path) == 1
    assert (tmp_path / "docs/index").read_text() == "docs"


def test_the_lock_of_a_run_that_was_killed_is_open(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    command = [sys.executable, "-I", "-S", "-B", "-c", HOLDING, str(ENGINE.parent), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"applied\n"
        other.kill()
    assert recover_tree(tmp_path) == 1
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_a_lock_that_is_none_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    root = plant(tmp_path / "root", TREE)
    before = snapshot(root)
    _abandoned(root, _change(root, GONE))
    lock = root / ".slugfit/1/lock"
    lock.unlink()
    if kind == "link":
        lock.symlink_to(tmp_path / "outside")
    elif kind == "folder":
        lock.mkdir()
    else:
        os.mkfifo(lock)
    assert recover_tree(root) == 1
    assert snapshot(root) == before
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP, errno.EMLINK])
def test_without_links_it_is_copies_that_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    before = snapshot(plant(tmp_path, TREE))
    with _applied(tmp_path) as opened:
        after = _without_work(tmp_path)
        monkeypatch.setattr(os, "link", _refuse(code))
        with opened.shown_whole():
            assert _without_work(tmp_path) == before
        assert _without_work(tmp_path) == after
    assert snapshot(tmp_path) == before


def test_what_cannot_be_shown_can_be_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(plant(tmp_path, TREE))

    def look() -> None:
        with _applied(tmp_path) as opened:
            monkeypatch.setattr(os, "link", _refuse(errno.ENOSPC))
            with opened.shown_whole():
                pytest.fail("it is not whole")

    with pytest.raises(TreeError) as caught:
        look()
    assert "refused" in caught.value.why
    assert snapshot(tmp_path) == before


def test_what_came_meanwhile_is_not_covered(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    with _applied(tmp_path) as opened:
        plant(tmp_path, {"docs/index": "somebody's"})
        with pytest.raises(FileExistsError), opened.shown_whole():
            pytest.fail("it is not whole")
        assert (tmp_path / "docs/index").read_text() == "somebody's"


def test_what_was_moved_can_be_read_while_it_is_shown(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    with _applied(tmp_path) as opened, opened.shown_whole():
        assert (opened.old / "docs/index").read_text() == "docs"
        assert (opened.old / "pkg/lib.so").read_text() == "library"


@contextlib.contextmanager
def _applied(root: Path) -> Iterator[Transaction]:
    with transaction(root) as opened:
        opened.apply(_change(root, GONE, ["pkg/lib.so", "info/RECORD"]))
        yield opened


def _refuse(code: int) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, "refused")

    return refuse


@pytest.mark.parametrize("way", ["commit", "keep", "roll back", "look"])
def test_other_names_of_the_same_files_do_not_change(tmp_path: Path, way: str) -> None:
    root = plant(tmp_path / "root", TREE)
    (root / "docs/index").chmod(0o444)
    cache = tmp_path / "cache"
    copy = ["cp", "--recursive", "--no-dereference", "--preserve=mode", "--link"]
    subprocess.run([*copy, str(root), str(cache)], check=True)
    before = snapshot(cache)
    inodes = {path: (cache / path).lstat().st_ino for path in before}
    with _applied(root) as opened:
        if way == "look":
            with opened.shown_whole():
                assert snapshot(cache) == before
        if way in ("commit", "keep"):
            opened.commit(keep=way == "keep")
    restore_tree(root)
    assert snapshot(cache) == before
    assert {path: (cache / path).lstat().st_ino for path in before} == inodes


# --- how a transaction ends


@pytest.mark.parametrize(
    "error", [ValueError("bug"), KeyboardInterrupt(), SystemExit(3), GeneratorExit()], ids=repr
)
def test_whatever_is_raised_everything_is_put_back_and_it_stays_what_it_is(
    tmp_path: Path, error: BaseException
) -> None:
    before = snapshot(plant(tmp_path, TREE))
    with pytest.raises(type(error)) as caught, _applied(tmp_path):
        raise error
    assert caught.value is error
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("error", [OSError("vanished"), TreeError("It is", "vanished", "Run it")])
def test_an_error_of_the_tree_says_that_everything_was_put_back(
    tmp_path: Path, error: OSError | TreeError
) -> None:
    before = snapshot(plant(tmp_path, TREE))
    with pytest.raises(TreeError, match="everything was put back") as caught, _applied(tmp_path):
        raise error
    assert (caught.value.why, caught.value.__cause__) == ("vanished", error)
    assert snapshot(tmp_path) == before


def test_what_is_not_committed_is_put_back(tmp_path: Path) -> None:
    before = snapshot(plant(tmp_path, TREE))
    with _applied(tmp_path):
        pass
    assert snapshot(tmp_path) == before


def test_an_error_after_the_commit_undoes_nothing(tmp_path: Path) -> None:
    plant(tmp_path, TREE)

    def late() -> None:
        with _applied(tmp_path) as opened:
            opened.commit(keep=False)
            raise TreeError("Too late")

    with pytest.raises(TreeError) as caught:
        late()
    assert caught.value.what == "Too late"
    assert not (tmp_path / "docs").exists()
    assert not (tmp_path / ".slugfit").exists()


def test_a_roll_back_that_failed_is_not_tried_again(tmp_path: Path) -> None:
    """Not by the transaction itself, nor by one around it, whose files may lie under its own."""
    plant(tmp_path, TREE)

    def nested() -> None:
        with transaction(tmp_path) as outer:
            outer.apply(_change(tmp_path, GONE[1:]))
            with transaction(tmp_path) as inner:
                inner.apply(_change(tmp_path, GONE[:1]))
                plant(tmp_path, {"docs/index": Folder()})

    with pytest.raises(RollBackError):
        nested()
    assert not (tmp_path / "pkg/tests").exists()
    assert (tmp_path / ".slugfit/1/old" / GONE[1]).exists()
    (tmp_path / "docs/index").rmdir()
    assert recover_tree(tmp_path) == 2
    assert (tmp_path / "docs/index").read_text() == "docs"
    assert (tmp_path / GONE[1]).exists()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("way", ["commit", "keep"])
def test_stopped_within_a_commit_it_is_done_or_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, way: str
) -> None:
    before = snapshot(plant(tmp_path, TREE))
    usual = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name != "journal.json":
            return usual(self, target)
        if moment == "after":
            usual(self, target)
        raise KeyboardInterrupt

    def commit() -> None:
        with _applied(tmp_path) as opened, monkeypatch.context() as patch:
            patch.setattr(Path, "rename", rename)
            opened.commit(keep=way == "keep")

    with pytest.raises(KeyboardInterrupt):
        commit()
    done = moment == "after"
    assert has_kept(tmp_path) == (done and way == "keep")
    assert (tmp_path / "docs").exists() != done
    restore_tree(tmp_path)
    assert not (tmp_path / ".slugfit").exists()
    assert (snapshot(tmp_path) == before) == (not done or way == "keep")


def test_stopped_while_it_is_put_back_the_next_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(plant(tmp_path, TREE))
    usual = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if target.name == "test_a.py" and "old" not in target.parts:
            raise KeyboardInterrupt
        return usual(self, target)

    def stopped_twice() -> None:
        with _applied(tmp_path):
            raise ValueError("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(KeyboardInterrupt):
            stopped_twice()
    assert snapshot(tmp_path) != before
    assert recover_tree(tmp_path) == 1
    assert snapshot(tmp_path) == before

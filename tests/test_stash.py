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
from slugfit import stash, tree
from slugfit.errors import RollBackError, TreeError
from slugfit.measure import emptied_folders
from slugfit.plan import Decision
from slugfit.stash import Change
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


def _make(text: str) -> Callable[[Path], None]:
    def make(target: Path) -> None:
        target.write_text(text)

    return make


def _change(root: Path, gone: Collection[str], written: Collection[str] = ()) -> Change:
    """The Change that the engine would make of it."""
    found = tree.scan(root)
    decisions = [
        Decision(entry.path, "", "remove" if entry.path in gone else "keep", "", 0, 0, "")
        for entry in found.entries
        if entry.kind in ("file", "link")
    ]
    modes = {entry.path: entry.mode & 0o7777 for entry in found.entries}
    return Change(
        tuple(sorted(gone)),
        {path: _make(f"new {number}") for number, path in enumerate(sorted(written))},
        tuple((path, modes[path]) for path in emptied_folders(found, decisions)),
    )


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
    transaction = stash.begin(tmp_path)
    transaction.apply(_change(tmp_path, GONE, ["pkg/lib.so"]))
    transaction.commit(keep=False)
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
    transaction = stash.begin(tmp_path)
    transaction.apply(_change(tmp_path, GONE, ["pkg/lib.so", "info/RECORD"]))
    assert not (tmp_path / "pkg/tests").exists()
    if way == "restore":
        transaction.commit(keep=True)
        assert stash.kept(tmp_path)
        assert stash.restore(tmp_path) == len(GONE) + 2
        assert not stash.kept(tmp_path)
    elif way == "recover":
        assert stash.recover(tmp_path) == 1
    else:
        transaction.roll_back()
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
    return [entry.path for entry in tree.scan(root).entries if entry.kind in ("file", "link")]


@settings(max_examples=60)
@given(st.dictionaries(PATHS, CONTENTS, max_size=12), st.data())
def test_any_plan_applied_and_restored_is_the_identity(
    content: dict[str, Content], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        root.mkdir()
        files = _planted(root, content)
        for entry in tree.scan(root).entries:
            if entry.kind in ("file", "folder"):
                (root / entry.path).chmod(data.draw(st.integers(0, 0o7777)) | 0o700)
        gone = data.draw(st.sets(st.sampled_from(files))) if files else set()
        left = [path for path in files if path not in gone and not (root / path).is_symlink()]
        written = data.draw(st.sets(st.sampled_from(left))) if left else set()
        before = snapshot(root)
        transaction = stash.begin(root)
        transaction.apply(_change(root, gone, written))
        assert not any(os.path.lexists(root / path) for path in gone)
        after = _without_work(root)
        with transaction.shown_whole():
            assert _without_work(root) == before
        assert _without_work(root) == after
        transaction.commit(keep=True)
        assert stash.restore(root) == len(gone) + len(written)
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
from slugfit import stash
def maker(target):
    target.write_text("half")
    os.fsync(os.open(target, os.O_RDONLY))
    target.write_text("new")
change = stash.Change(tuple(task["gone"]), {path: maker for path in task["written"]},
                      tuple(map(tuple, task["emptied"])))
def slim(root, keep):
    transaction = stash.begin(root)
    transaction.apply(change)
    transaction.commit(keep=keep)
def look(root):
    transaction = stash.begin(root)
    transaction.apply(change)
    with transaction.shown_whole():
        os.fsync(0)
    transaction.commit(keep=False)
def give_up(root):
    transaction = stash.begin(root)
    transaction.apply(change)
    transaction.roll_back()
acts = {
    "slim": lambda root: slim(root, False), "keep": lambda root: slim(root, True),
    "look": look, "give up": give_up, "recover": stash.recover, "restore": stash.restore,
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
        "written": list(change.written),
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
        stash.recover(copy)
        assert _without_work(copy) in (before, after), copy.name
        outcomes.add(_without_work(copy) == after)
        stash.restore(copy)
        if "keep" in acts or _without_work(copy) == before:
            assert snapshot(copy) == before
        else:
            assert snapshot(copy) == after
    assert outcomes == ({False} if "give up" in acts else {False, True})


def test_a_restore_that_was_killed_is_finished_by_recover(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    transaction = stash.begin(tmp_path)
    transaction.apply(_change(tmp_path, GONE))
    transaction.commit(keep=True)
    # What a kill in the middle leaves: the journal open again, one file back.
    work = tmp_path / ".slugfit/1"
    (work / "kept.json").rename(work / "journal.json")
    (tmp_path / "docs").mkdir()
    (work / "old/docs/index").rename(tmp_path / "docs/index")
    assert stash.recover(tmp_path) == 1
    assert snapshot(tmp_path) == before


def test_two_kept_generations_are_restored_newest_first(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    for gone, written in ((GONE[:1], ["info/RECORD"]), (GONE[1:], ["info/RECORD", "pkg/lib.so"])):
        transaction = stash.begin(tmp_path)
        transaction.apply(_change(tmp_path, gone, written))
        transaction.commit(keep=True)
    assert stash.recover(tmp_path) == 0
    assert stash.restore(tmp_path) == len(GONE) + 3
    assert snapshot(tmp_path) == before


def test_restoring_makes_folders_again_that_others_removed_meanwhile(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    transaction = stash.begin(tmp_path)
    transaction.apply(_change(tmp_path, GONE))
    transaction.commit(keep=True)
    shutil.rmtree(tmp_path / "pkg")
    assert stash.restore(tmp_path) == len(GONE)
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
    act = stash.recover if state == "journal.json" else stash.restore
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
    for act in (stash.recover, stash.restore, stash.begin):
        with contextlib.suppress(RollBackError, TreeError):
            act(root)
    assert snapshot(outside) == before
    assert not any(os.path.lexists(root / name) for name in "xyz")


@pytest.mark.parametrize("name", ["²", "٣", "01", "1x", "-1"])
def test_strange_names_in_the_work_folder_are_left_alone(tmp_path: Path, name: str) -> None:
    plant(tmp_path, TREE | {f".slugfit/{name}/file": "kept"})
    assert stash.recover(tmp_path) == 0
    assert stash.restore(tmp_path) == 0
    stash.begin(tmp_path).roll_back()
    assert (tmp_path / ".slugfit" / name / "file").read_text() == "kept"


def test_a_folder_that_became_a_link_undoes_everything(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", TREE)
    change = _change(root, GONE)
    outside = tmp_path / "outside"
    (root / "pkg/tests").rename(outside)
    (root / "pkg/tests").symlink_to(outside)
    before, away = snapshot(root), snapshot(outside)
    with pytest.raises(TreeError, match="everything was put back"):
        stash.begin(root).apply(change)
    assert (snapshot(root), snapshot(outside)) == (before, away)


def test_a_file_that_vanished_undoes_everything(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    change = _change(tmp_path, GONE, ["pkg/lib.so"])
    (tmp_path / "pkg/tests/deep/test_a.py").unlink()
    before = snapshot(tmp_path)
    with pytest.raises(TreeError) as caught:
        stash.begin(tmp_path).apply(change)
    assert "test_a.py" in caught.value.why
    assert snapshot(tmp_path) == before


def test_a_file_that_came_into_an_emptied_folder_stays_and_its_folder_too(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    change = _change(tmp_path, GONE)
    plant(tmp_path, {"docs/new": "somebody's"})
    before = snapshot(tmp_path)
    transaction = stash.begin(tmp_path)
    transaction.apply(change)
    assert os.listdir(tmp_path / "docs") == ["new"]
    assert not (tmp_path / "pkg/tests").exists()
    transaction.roll_back()
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_maker_that_fails_undoes_everything(tmp_path: Path, code: int) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)

    def full(target: Path) -> None:
        target.write_text("ha")
        raise OSError(code, os.strerror(code))

    change = Change(GONE[:1], {"info/RECORD": _make("new"), "pkg/lib.so": full}, ())
    with pytest.raises(TreeError) as caught:
        stash.begin(tmp_path).apply(change)
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
        with pytest.raises(TreeError, match="everything was put back"):
            stash.begin(tmp_path).apply(_change(tmp_path, GONE))
    assert snapshot(tmp_path) == before


def test_a_root_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    plant(tmp_path, {".slugfit": "a file of the app's own"})
    with pytest.raises(TreeError, match="cannot be changed"):
        stash.begin(tmp_path)
    assert stash.recover(tmp_path) == 0


def test_a_roll_back_that_fails_keeps_the_stash_and_names_it(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    transaction = stash.begin(tmp_path)
    transaction.apply(_change(tmp_path, GONE))
    plant(tmp_path, {"docs/index/in the way": ""})
    with pytest.raises(RollBackError) as caught:
        transaction.roll_back()
    assert caught.value.code == 4
    assert str(transaction.folder) in caught.value.todo
    assert (transaction.old / "docs/index").read_text() == "docs"
    answer = engine("recover", tmp_path)
    assert answer.code == 4
    assert str(transaction.folder) in answer.err
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
    transaction = stash.begin(tmp_path)
    transaction.apply(_change(tmp_path, GONE))
    usual = os.scandir

    def scandir(place: str | int) -> Iterator[os.DirEntry[str]]:
        if isinstance(place, str) and place.endswith("old/pkg/tests"):
            raise OSError(errno.EIO, "Input/output error")
        return usual(place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        with pytest.raises(RollBackError):
            transaction.roll_back()
    assert stash.recover(tmp_path) == 1
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
    transaction = stash.begin(tmp_path)
    transaction.apply(_change(tmp_path, GONE, ["pkg/lib.so", "info/RECORD"]))
    after = owners()
    assert {path: after[path] for path in after if path in before} == {
        path: before[path] for path in before if path in after
    }
    assert "pkg/tests" not in after
    transaction.roll_back()
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
    transaction = stash.begin(tmp_path)
    transaction.apply(_change(tmp_path, GONE, ["pkg/lib.so", "info/RECORD"]))
    assert _attributes(tmp_path)["pkg/lib.so"] == {name: value}
    transaction.roll_back()
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

    transaction = stash.begin(tmp_path)
    change = _change(tmp_path, GONE, ["pkg/lib.so"])
    with monkeypatch.context() as patch:
        patch.setattr(os, "listxattr", lambda *_, **__: [name])
        patch.setattr(os, "getxattr", lambda *_, **__: b"value")
        patch.setattr(os, "setxattr", refuse)
        if name == "user.why" and code != errno.ENOSPC:
            transaction.apply(change)
            transaction.roll_back()
        else:
            with pytest.raises(TreeError, match="everything was put back"):
                transaction.apply(change)
    assert snapshot(tmp_path) == before


HOLDING = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from slugfit import stash
transaction = stash.begin(Path(sys.argv[2]))
transaction.apply(stash.Change(("docs/index",), {}, ()))
print("applied", flush=True)
sys.stdin.read()
transaction.commit(keep=True)
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
    assert stash.restore(tmp_path) == 1
    assert (tmp_path / "docs/index").read_text() == "docs"


def test_the_lock_of_a_run_that_was_killed_is_open(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    command = [sys.executable, "-I", "-S", "-B", "-c", HOLDING, str(ENGINE.parent), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"applied\n"
        other.kill()
    assert stash.recover(tmp_path) == 1
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_a_lock_that_is_none_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    root = plant(tmp_path / "root", TREE)
    before = snapshot(root)
    stash.begin(root).apply(_change(root, GONE))
    lock = root / ".slugfit/1/lock"
    lock.unlink()
    if kind == "link":
        lock.symlink_to(tmp_path / "outside")
    elif kind == "folder":
        lock.mkdir()
    else:
        os.mkfifo(lock)
    assert stash.recover(root) == 1
    assert snapshot(root) == before
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP, errno.EMLINK])
def test_without_links_it_is_copies_that_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    before, transaction = _applied(tmp_path)
    after = _without_work(tmp_path)
    monkeypatch.setattr(os, "link", _refuse(code))
    with transaction.shown_whole():
        assert _without_work(tmp_path) == before
    assert _without_work(tmp_path) == after
    transaction.roll_back()
    assert snapshot(tmp_path) == before


def test_what_cannot_be_shown_can_be_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, transaction = _applied(tmp_path)
    monkeypatch.setattr(os, "link", _refuse(errno.ENOSPC))
    with pytest.raises(OSError, match="refused"), transaction.shown_whole():
        pytest.fail("it is not whole")
    transaction.roll_back()
    assert snapshot(tmp_path) == before


def test_what_came_meanwhile_is_not_covered(tmp_path: Path) -> None:
    _, transaction = _applied(tmp_path)
    plant(tmp_path, {"docs/index": "somebody's"})
    with pytest.raises(FileExistsError), transaction.shown_whole():
        pytest.fail("it is not whole")
    assert (tmp_path / "docs/index").read_text() == "somebody's"


def test_what_was_moved_can_be_read_while_it_is_shown(tmp_path: Path) -> None:
    _, transaction = _applied(tmp_path)
    with transaction.shown_whole():
        assert (transaction.old / "docs/index").read_text() == "docs"
        assert (transaction.old / "pkg/lib.so").read_text() == "library"


def _applied(root: Path) -> tuple[Mapping[str, object], stash.Stash]:
    plant(root, TREE)
    before = snapshot(root)
    transaction = stash.begin(root)
    transaction.apply(_change(root, GONE, ["pkg/lib.so", "info/RECORD"]))
    return before, transaction


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
    transaction = stash.begin(root)
    transaction.apply(_change(root, GONE, ["pkg/lib.so", "info/RECORD"]))
    if way == "look":
        with transaction.shown_whole():
            assert snapshot(cache) == before
    if way in ("roll back", "look"):
        transaction.roll_back()
    else:
        transaction.commit(keep=way == "keep")
        stash.restore(root)
    assert snapshot(cache) == before
    assert {path: (cache / path).lstat().st_ino for path in before} == inodes

"""Hostile trees and hostile machines: the tree ends as it was or as planned, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pythons import ENGINE, Ran, command, engine
from pythons import settings as configured
from slugfit import prove
from slugfit.apply.transaction import Transaction, transaction
from slugfit.pipeline import slim_tree
from slugfit.plan.make import make_plan
from strategies import LONG, library, state
from trees import SITE, Content, Folder, Link, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from strategies import State


ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only a superuser can set this up")
PACKAGE: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/core.so": library(),
    "pkg/stub.py": "",
    "pkg/stub.pyi": "",
    "pkg/tests/deep/x.txt": "",
    "pkg/tests/x.py": "",
}
GONE = {"pkg/stub.pyi", "pkg/tests/deep/x.txt", "pkg/tests/x.py"}


def _plant(root: Path, site: Mapping[str, Content] | None = None, **app: Content) -> Path:
    found = distribution("pkg", "1.0", {**PACKAGE, **(site or {})})
    return plant(root, slug(found, app_py="import pkg\n", **app))


def _here(root: Path) -> set[str]:
    """What is there of PACKAGE's removable files."""
    return {path for path in GONE if os.path.lexists(root / SITE / path)}


def _tree(root: Path) -> Mapping[str, State]:
    return {path: found for path, found in state(root).items() if path.split("/")[0] != ".slugfit"}


def _slimmed(root: Path, *options: str) -> Ran:
    """Slim it, and see that the package is slimmed and whole."""
    answer = engine("slim", root, "--json", *options)
    assert answer.code == 0, answer.err
    assert json.loads(answer.out)["undone"] is None
    assert _here(root) == set()
    assert (root / SITE / "pkg/__init__.py").exists()
    return answer


# --- what lies in the tree


def test_a_record_that_names_the_machine_s_files_harms_none(tmp_path: Path) -> None:
    outside = plant(tmp_path / "outside", {"kept.pyi": "precious", "tests/x.py": ""})
    root = _plant(tmp_path / "root", {"way": Link(str(outside))})
    rows = ["pkg/stub.pyi,,", "way/kept.pyi,,", "way/tests/x.py,,", f"{outside}/kept.pyi,,"]
    rows += ["../../../../../../outside/kept.pyi,,", "/etc/passwd,,", "../../../../../../etc,,"]
    (root / SITE / "pkg-1.0.dist-info/RECORD").write_text("\n".join(rows) + "\n")
    before, passwd = state(outside), Path("/etc/passwd").lstat()
    _slimmed(root, "--config", "SLUGFIT_REMOVE=*.pyi,way/,/etc/,../outside,kept*")
    assert state(outside) == before
    assert Path("/etc/passwd").lstat() == passwd
    left = (root / SITE / "pkg-1.0.dist-info/RECORD").read_text().splitlines()
    assert left == rows[1:]


def _fifo(place: Path) -> None:
    os.mkfifo(place)


def _socket(place: Path) -> None:
    here = os.getcwd()
    with socket.socket(socket.AF_UNIX) as server:
        try:
            os.chdir(place.parent)  # its whole path would be too long for an address
            server.bind(place.name)
        finally:
            os.chdir(here)


def _device(place: Path) -> None:
    try:
        os.mknod(place, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("this user may not make devices")


@pytest.mark.parametrize("name", ["tests/special", "special.py", "special.so", "special.pyi"])
@pytest.mark.parametrize("make", [_fifo, _socket, _device])
def test_what_is_neither_file_nor_link_is_left_alone(
    tmp_path: Path, make: Callable[[Path], None], name: str
) -> None:
    root = _plant(tmp_path)
    make(root / SITE / "pkg" / name)
    before = (root / SITE / "pkg" / name).lstat()
    assert engine("plan", root).code == 0
    _slimmed(root)
    assert (root / SITE / "pkg" / name).lstat().st_ino == before.st_ino


@pytest.mark.parametrize("name", ["RECORD", "METADATA", "entry_points.txt"])
@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_metadata_that_is_no_file_is_not_waited_for(tmp_path: Path, name: str, kind: str) -> None:
    root = _plant(tmp_path / "root")
    place = root / SITE / "pkg-1.0.dist-info" / name
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "link":
        place.symlink_to("/dev/zero")
    else:
        place.mkdir()
    _slimmed(root)


LONG_LINES: dict[str, tuple[str, str, int]] = {
    "source": (f"{SITE}/pkg/long.py", "x = '{}'\n", 0),
    "source that is one name": (f"{SITE}/pkg/long.py", "{}\n", 0),
    "source that cannot be read": (f"{SITE}/pkg/long.py", "({} import '", 0),
    "RECORD": (f"{SITE}/pkg-1.0.dist-info/RECORD", "pkg/__init__.py,,\n{},,\n", 0),
    "METADATA": (f"{SITE}/pkg-1.0.dist-info/METADATA", "Name: pkg\nX: {}\n\n", 0),
    "entry points": (f"{SITE}/pkg-1.0.dist-info/entry_points.txt", "[{0}]\n{0} = {0}:x\n", 0),
    "a comment of .slugfitignore": (".slugfitignore", "#{}\n*.log\n", 0),
    "a pattern of .slugfitignore": (".slugfitignore", "{}\n", 2),
    "a list of .slug-post-clean": (".slug-post-clean", "{}\n", 2),
    "pyproject.toml": ("pyproject.toml", "[tool.other]\nx = '{}'\n", 0),
}


@pytest.mark.parametrize("name", LONG_LINES)
def test_lines_of_ten_megabytes(tmp_path: Path, name: str) -> None:
    path, text, code = LONG_LINES[name]
    root = _plant(tmp_path)
    (root / path).write_text(text.format("x" * 10_000_000))
    answer = engine("slim", root, "--json")
    assert answer.code == code, answer.err[-2000:]
    assert len(answer.err) < 5000
    assert _here(root) == (set() if code == 0 else GONE)


STRANGE = (
    "-rf",
    "--help",
    "-",
    "--",
    "$(touch hacked)",
    "a\nb",
    "\udcff",
    "#",
    "*",
    "..a",
    ":(top)",
)


@pytest.mark.parametrize("name", STRANGE, ids=ascii)
def test_a_name_is_a_name_wherever_it_stands(tmp_path: Path, name: str) -> None:
    site = {f"pkg/tests/{name}": "", f"{name}/x.py": "", f"{name}/x.pyi": "", f"{name}.so": ""}
    root = _plant(tmp_path / name, site)
    answer = engine("why", "--json", "--", f"./{name}", f"{SITE}/{name}/x.pyi", cwd=tmp_path)
    assert answer.code == 0, answer.err
    done = engine("slim", "--", f"./{name}", cwd=tmp_path)
    assert done.code == 0, done.err
    assert _here(root) == set()
    assert not os.path.lexists(root / SITE / name / "x.pyi")
    assert os.listdir(tmp_path) == [name]


def test_names_that_differ_in_case_only_are_two(tmp_path: Path) -> None:
    site: dict[str, Content] = {"pkg/Tests/y.py": "", "Pkg/__init__.py": "", "Pkg/a.PYI": ""}
    root = _plant(tmp_path, site)
    if not (root / SITE / "pkg/Tests").exists() or (root / SITE / "pkg/tests/y.py").exists():
        pytest.skip("this file system folds case")
    before = _tree(root)
    _slimmed(root, "--keep-stash")
    assert (root / SITE / "Pkg/__init__.py").exists()
    assert (root / SITE / "pkg/Tests/y.py").exists()
    assert engine("restore", root).code == 0
    assert _tree(root) == before


def test_a_file_of_a_terabyte_that_is_all_hole_is_planned_without_being_read(
    tmp_path: Path,
) -> None:
    root = _plant(tmp_path, dict.fromkeys(("pkg/tests/huge.bin", "pkg/huge.so", "pkg/huge.h"), ""))
    for name in ("pkg/tests/huge.bin", "pkg/huge.so", "pkg/huge.h", "pkg-1.0.dist-info/RECORD"):
        os.truncate(root / SITE / name, 1 << 40)
    with (root / SITE / "pkg/huge.so").open("r+b") as file:
        file.write(library()[:0x300])
    planned = make_plan(root, configured())
    actions = {item.path.removeprefix(f"{SITE}/"): item.action for item in planned.decisions}
    assert actions["pkg/huge.so"] == "keep"
    assert actions["pkg/tests/huge.bin"] == "remove"


def test_folders_beyond_the_longest_path_are_left_alone(tmp_path: Path) -> None:
    root, here = _plant(tmp_path), os.getcwd()
    name = "d" * 200
    try:
        os.chdir(root / SITE / "pkg/tests")
        for _ in range(40):
            os.mkdir(name)
            os.chdir(name)
        Path("x.pyi").write_text("")
    finally:
        os.chdir(here)
    _slimmed(root)
    assert (root / SITE / "pkg/tests" / name).is_dir()
    shutil.rmtree(root / SITE / "pkg/tests")


def test_a_hundred_thousand_files_fit_into_little_memory(tmp_path: Path) -> None:
    root, many = _plant(tmp_path), 1000 if LONG else 20
    for number in range(many):
        folder = root / SITE / f"pkg/sub{number}/tests"
        folder.mkdir(parents=True)
        for name in range(50):
            (folder / f"{name}.py").write_text("def test_it(): pass\n")
            (folder.parent / f"m{name}.py").write_text("import os\n")
    program = (
        "import runpy, sys, time; sys.argv = sys.argv[1:]; start = time.time()\n"
        "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        # Not ru_maxrss: that of this process counts until the other one is started.
        "status = open('/proc/self/status').read().split()\n"
        "used = status[status.index('VmHWM:') + 1]\n"
        "print(used, time.time() - start, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", program, ENGINE, "slim", root],
        capture_output=True,
        text=True,
        check=True,
    )
    used, seconds = map(float, done.stderr.split()[-2:])
    sys.stdout.write(f"{many * 100} files: {used / 1024:.0f} MB, {seconds:.1f} s\n")
    assert used < 300 * 1024
    assert not (root / SITE / "pkg/sub0/tests").exists()
    assert (root / SITE / "pkg/sub0/m0.py").exists()


# --- how the root is named


@pytest.mark.parametrize("name", ["link", "root/.", "root/", "link/../root", "root/../link/./"])
def test_a_root_may_be_named_in_any_way(tmp_path: Path, name: str) -> None:
    root = _plant(tmp_path / "root")
    (tmp_path / "link").symlink_to("root")
    before = _tree(root)
    answer = engine("slim", f"{tmp_path}/{name}", "--json", "--keep-stash")
    assert answer.code == 0, answer.err
    assert _here(root) == set()
    assert (tmp_path / "link").is_symlink()
    assert engine("restore", f"{tmp_path}/{name}").code == 0
    assert _tree(root) == before


# --- what changes between the plan and the act


def _vanish(place: Path) -> None:
    shutil.rmtree(place) if place.is_dir() else place.unlink()


def _become_a_link(place: Path) -> None:
    place.rename(place.with_name("elsewhere"))
    place.symlink_to("elsewhere")


def _become_a_link_outside(place: Path) -> None:
    _vanish(place)
    place.symlink_to("/etc/passwd" if place.suffix else "/etc")


def _become_a_pipe(place: Path) -> None:
    _vanish(place)
    os.mkfifo(place)


def _become_the_other_kind(place: Path) -> None:
    was_folder = place.is_dir()
    _vanish(place)
    place.touch() if was_folder else place.mkdir()


def _grow(place: Path) -> None:
    if place.is_dir():
        (place / "new").touch()
    else:
        place.write_bytes(place.read_bytes() + b"more")


@pytest.mark.parametrize(
    "path",
    ["pkg/tests", "pkg/tests/x.py", "pkg", "pkg/core.so", "pkg-1.0.dist-info/RECORD"],
)
@pytest.mark.parametrize(
    "change",
    [
        *(_vanish, _become_a_link, _become_a_link_outside, _become_a_pipe),
        *(_become_the_other_kind, _grow),
    ],
)
def test_whatever_changes_in_between_nothing_is_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, change: Callable[[Path], None]
) -> None:
    root = _plant(tmp_path / "root")
    changed: list[Mapping[str, State]] = []

    @contextmanager
    def changed_before(place: Path) -> Iterator[Transaction]:
        if not changed:
            change(root / SITE / path)
            changed.append(state(root))
        with transaction(place) as opened:
            yield opened

    monkeypatch.setattr(prove, "transaction", changed_before)
    passwd = Path("/etc/passwd").lstat()
    outcome = slim_tree(root, configured(VERIFY="off"))
    found = _tree(root)
    if outcome.undone:
        assert found == changed[0]
    else:
        # What it met was still as planned, or made no difference: then it is done to the end.
        gone = {f"{SITE}/{name}" for name in GONE}
        assert gone.isdisjoint(found)
        assert set(changed[0]) - set(found) <= gone | {
            f"{SITE}/pkg/tests/deep",
            f"{SITE}/pkg/tests",
        }
    record = f"{SITE}/pkg-1.0.dist-info/RECORD"
    if record in found and isinstance(content := found[record].content, bytes):
        assert b"root:" not in content
    assert Path("/etc/passwd").lstat() == passwd


# --- machines


POWERLESS = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs to give up powers"
)


def _powerless(*arguments: str | Path) -> Ran:
    """Run the engine as a user with no power over other users' files."""
    done = subprocess.run(
        ["setpriv", "--inh-caps=-all", "--bounding-set=-all", *command(*arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def _give_away(root: Path) -> None:
    for path in ("", *state(root)):
        os.chown(root / path, 65534, 65534, follow_symlinks=False)


@POWERLESS
def test_a_user_who_may_not_write_leaves_everything_as_it_was(tmp_path: Path) -> None:
    root = _plant(tmp_path / "root")
    _give_away(root)
    before = state(root)
    for verb in ("plan", "slim", "recover", "restore"):
        answer = _powerless(verb, root)
        assert answer.code == 0, answer.err
        assert "Traceback" not in answer.err
    assert state(root) == before


@POWERLESS
@pytest.mark.parametrize("verb", ["plan", "measure", "slim"])
@pytest.mark.parametrize(
    "name",
    ["pkg/stub.pyi", "pkg/__init__.py", "pkg/core.so", "pkg-1.0.dist-info/RECORD"],
)
def test_a_file_that_may_not_be_read_stops_nobody(tmp_path: Path, verb: str, name: str) -> None:
    root = _plant(tmp_path / "root")
    place = root / SITE / name
    place.chmod(0)
    os.chown(place, 65534, 65534)
    before = state(root)
    answer = _powerless(verb, root)
    assert answer.code in (0, 7), answer.err
    assert "Traceback" not in answer.err
    assert state(root) == before or _here(root) == set()


@ROOT_ONLY
@pytest.mark.parametrize("name", ["pkg/stub.pyi", "pkg/core.so", "pkg-1.0.dist-info/RECORD"])
def test_what_is_immutable_undoes_everything(tmp_path: Path, name: str) -> None:
    root = _plant(tmp_path / "root")
    if shutil.which("chattr") is None:
        pytest.skip("chattr is not installed")
    place = root / SITE / name
    if subprocess.run(["chattr", "+i", place], capture_output=True, check=False).returncode:
        pytest.skip("this file system knows no such flag")
    try:
        before = state(root)
        answer = engine("slim", root, "--json")
        assert answer.code == 0, answer.err
        assert "Operation not permitted" in json.loads(answer.out)["undone"]
        assert state(root) == before
    finally:
        subprocess.run(["chattr", "-i", place], check=True)
    _slimmed(root)


def _in_namespace(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a script with mounts of its own; skip where that is not allowed."""
    wrapped = f"set -e\nmount --make-rprivate /\n{script}"
    done = subprocess.run(
        ["unshare", "--mount", "bash", "-c", wrapped, "bash", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 32 or "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no mounts here: {done.stderr.strip()}")
    return done


NAMESPACES = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs to mount"
)
SHELL = f"""
python="{sys.executable}" engine="{ENGINE}" root="$1"
engine() {{ "${{python}}" -I -S -B "${{engine}}" "$@"; }}
"""


@NAMESPACES
def test_a_tree_on_a_read_only_mount_stays_and_the_build_goes_on(tmp_path: Path) -> None:
    root = _plant(tmp_path / "root")
    before = state(root)
    script = 'mount --bind "${root}" "${root}"; mount -o remount,bind,ro "${root}"\n'
    for verb in ("plan", "slim", "recover", "restore"):
        done = _in_namespace(SHELL + script + f'engine {verb} "${{root}}"', root)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
    assert state(root) == before


@NAMESPACES
def test_the_lower_layer_of_an_image_is_slimmed_and_put_back(tmp_path: Path) -> None:
    """Docker's overlay file system does not rename folders of a lower layer."""
    _plant(tmp_path / "mount/lower")
    before = {path: found.content for path, found in state(tmp_path / "mount/lower").items()}
    script = """
    mount -t tmpfs none "$1/other"; mkdir "$1/other/upper" "$1/other/work" "$1/other/merged"
    mount -t overlay overlay -o "lowerdir=$1/lower,upperdir=$1/other/upper,workdir=$1/other/work" \
        "$1/other/merged"
    cd "$1/other/merged"
    engine slim . --keep-stash --json >/dev/null; find . -path ./.slugfit -prune -o -print | sort
    engine restore . >/dev/null; echo; find . -type f | sort; cat app.py
    """
    (tmp_path / "mount/other").mkdir()
    done = _in_namespace(SHELL + script, tmp_path / "mount")
    assert done.returncode == 0, done.stderr
    slimmed, _, restored = done.stdout.partition("\n\n")
    assert f"./{SITE}/pkg/__init__.py" in slimmed
    assert "/pkg/tests" not in slimmed
    files = {f"./{path}" for path in before if not (tmp_path / "mount/lower" / path).is_dir()}
    assert set(restored.splitlines()) == files | {"import pkg"}


# Leaves so many free pages, or inodes, slims, says what came of it, and shows what is there.
FULL = """
mount -t tmpfs -o size=1m none "${root}"; cp -a "$2/." "${root}"; cd "${root}"
dd if=/dev/zero of=fill bs=4096 count=$(($(stat -fc %f .) - $3)) status=none
[ -z "$4" ] || mount -o "remount,nr_inodes=$(($(stat -fc '%c - %d' .) + $4))" "${root}"
code=0; engine slim "${root}" >/dev/null 2>"$5" || code=$?
rm fill; [ -z "$4" ] || mount -o remount,nr_inodes=9999 "${root}"
engine recover "${root}" >/dev/null
cp -a "${root}/." "$6"
exit "${code}"
"""


@NAMESPACES
@pytest.mark.parametrize("what", ["pages", "inodes"])
def test_a_full_disk_leaves_the_tree_before_or_after(tmp_path: Path, what: str) -> None:
    root = _plant(tmp_path / "source")
    (tmp_path / "mount").mkdir()
    before = {path: (found.mode, found.content) for path, found in state(root).items()}
    outcomes = set()
    for free in range(0, 21, 1 if LONG else 10):
        target = tmp_path / f"found {free}"
        target.mkdir()
        room = (str(free), "") if what == "pages" else ("99", str(free))
        arguments = (tmp_path / "mount", root, *room, tmp_path / "log", target)
        done = _in_namespace(SHELL + FULL, *arguments)
        assert done.returncode in (0, 7), done.stderr + (tmp_path / "log").read_text()
        assert "Traceback" not in (tmp_path / "log").read_text()
        found = {path: (item.mode, item.content) for path, item in state(target).items()}
        if _here(target) == GONE:
            assert found == before, free
        else:
            assert _here(target) == set(), free
            assert not (target / ".slugfit").exists()
            assert not (target / SITE / "pkg/tests").exists()
        outcomes.add(_here(target) == set())
    assert outcomes == {True, False}


@pytest.mark.parametrize("limit", [0, 1, 100, 500, 1000, 5000])
def test_a_process_that_may_write_little_leaves_the_tree_before_or_after(
    tmp_path: Path, limit: int
) -> None:
    root = _plant(tmp_path)
    before = state(root)
    program = (
        "import resource, runpy, signal, sys; sys.argv = sys.argv[1:]\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", program, ENGINE, "slim", root],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert ("File too large" in done.stdout) == (_here(root) == GONE)
    if _here(root):
        assert state(root) == before
    assert not (root / ".slugfit").exists()


def test_an_empty_folder_of_the_app_s_own_stays(tmp_path: Path) -> None:
    root = _plant(tmp_path, {"pkg/tests/empty": Folder(), "pkg/empty": Folder()})
    before = _tree(root)
    _slimmed(root, "--keep-stash")
    assert (root / SITE / "pkg/empty").is_dir()
    assert engine("restore", root).code == 0
    assert _tree(root) == before

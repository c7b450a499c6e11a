"""What the app's own Python loads at its start, and the bytecode that ships for it."""

from __future__ import annotations

import importlib.util
import py_compile
import sys
from typing import TYPE_CHECKING

import pytest

from pythons import PREFIX, SITE, engine, real_slug, settings, undone
from slugfit.apply.change import bytecode_of_start, change_of
from slugfit.apply.record import record_digest
from slugfit.apply.transaction import restore_tree, transaction
from slugfit.measure.archive import write_gzip
from slugfit.measure.pieces import slug_pieces
from slugfit.pipeline import dry_run, slim_tree
from slugfit.plan.make import make_plan
from slugfit.refer.start import StartWanted
from slugfit.report.make import make_report
from slugfit.report.why import explain_path
from slugfit.scan.tree import scan_tree
from slugfit.verify.start import ChildPython
from trees import Content, distribution, layout_of, plant, snapshot

if TYPE_CHECKING:
    from pathlib import Path


TAG = sys.implementation.cache_tag
FILES: dict[str, Content] = {
    "pkg/__init__.py": "from pkg import used, lazy_imports\n",
    "pkg/used.py": "import space.inside\n",
    "pkg/unused.py": "",
    "pkg/lazy_imports.py": "def f():\n    import pkg.unused\n",
    "pkg/named.py": "",
    "pkg/broken.py": "import pkg.before_error\n1/0\n",
    "pkg/before_error.py": "",
    "pkg/replaced.py": "import sys\nsys.modules[__name__] = object()\n",
    "pkg/data.txt": "text",
    "space/inside.py": "",
    "lazily/__init__.py": "def __getattr__(name):\n    import lazily.part\n    return 1\n",
    "lazily/part.py": "",
    "crash/__init__.py": "import os\nos._exit(3)\n",
}
APP: dict[str, Content] = {
    "app.py": "import pkg\nimport crash\nfrom lazily import thing\nAPPS = ['pkg.named']\n",
    "own/__init__.py": "",
    "own/tests/test_it.py": "import own\n",
    "not-a-module/x.py": "",
}


def cached(path: str) -> str:
    return importlib.util.cache_from_source(path, optimization="")


def compiled_slug(root: Path, site: dict[str, Content], app: dict[str, Content]) -> Path:
    """As pip leaves it: every installed module with bytecode that goes by time."""
    real_slug(root, site, app)
    for file in (root / SITE).rglob("*.py"):
        mode = py_compile.PycInvalidationMode.TIMESTAMP
        py_compile.compile(str(file), invalidation_mode=mode, doraise=True)
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return compiled_slug(tmp_path / "slug", distribution("pkg", "1.0", FILES), APP)


def loaded(root: Path, *names: str, app: str = "") -> set[str]:
    found = ChildPython().start(root, layout_of(root), StartWanted(app, names))
    assert found is not None
    assert found.tag == TAG
    assert found.magic == importlib.util.MAGIC_NUMBER
    assert found.seconds is not None
    return {path.removeprefix(f"{SITE}/") for path in found.sources}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("pkg", "pkg/__init__.py pkg/used.py pkg/lazy_imports.py space/inside.py"),
        ("space.inside", "space/inside.py"),
        ("lazily", "lazily/__init__.py"),
        ("lazily:thing", "lazily/__init__.py lazily/part.py"),
        ("not_there space.inside", "space/inside.py"),
        ("crash space.inside", "space/inside.py"),
        ("", ""),
    ],
)
def test_a_start_loads_what_is_read_for_it(root: Path, names: str, expected: str) -> None:
    assert loaded(root, *names.split()) == set(expected.split())


def test_what_fails_or_takes_another_place_was_read_as_well(root: Path) -> None:
    found = loaded(root, "pkg.broken", "pkg.replaced")
    assert {"pkg/broken.py", "pkg/before_error.py", "pkg/replaced.py"} <= found


def test_what_the_child_loads_for_itself_does_not_count(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {"asks.py": "import sys\nassert 'json' not in sys.modules\n"}, {})
    assert loaded(root, "asks") == {"asks.py"}


def test_nothing_is_written_and_no_config_var_is_seen(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "x")
    text = "import os, pathlib\nassert 'SECRET' not in os.environ\n"
    text += "pathlib.Path(__file__).with_name('new.txt').write_text('x')\n"
    text += "import space.inside\n"
    plant(root, {f"{SITE}/writes.py": text})
    before = snapshot(root)
    # It fails where it writes.
    assert loaded(root, "writes") == {"writes.py"}
    assert snapshot(root) == before


def test_a_python_that_cannot_be_started_tells_nothing(root: Path) -> None:
    (root / PREFIX / "bin/python").unlink()
    plant(root, {f"{PREFIX}/bin/python": "#!/bin/sh\nexit 127\n"})
    (root / PREFIX / "bin/python").chmod(0o755)
    assert ChildPython().start(root, layout_of(root), StartWanted("", ("pkg",))) is None
    # What it loads is followed then.
    planned = make_plan(root, settings(), python=ChildPython())
    assert planned.start is not None
    assert f"{SITE}/pkg/used.py" in planned.start.sources


def headers(root: Path) -> dict[str, int]:
    """The flags of all bytecode of the tree, by its source."""
    return {
        f"{file.parent.parent.relative_to(root)}/{file.name.split('.')[0]}.py".removeprefix(
            f"{SITE}/"
        ).removeprefix("./"): file.read_bytes()[4]
        for file in root.rglob("*.pyc")
    }


SHIPPED = {
    "pkg/__init__.py": 1,
    "pkg/used.py": 1,
    "pkg/lazy_imports.py": 1,
    "pkg/named.py": 1,
    "space/inside.py": 1,
    "lazily/__init__.py": 1,
    "lazily/part.py": 1,
    # The app's own may be edited after the build.
    "app.py": 3,
    "own/__init__.py": 3,
}


def test_what_a_start_loads_ships_and_nothing_else(root: Path) -> None:
    outcome = slim_tree(root, settings())
    assert undone(outcome) == ""
    assert {path: flag for path, flag in headers(root).items() if "crash" not in path} == SHIPPED
    report = make_report(outcome, settings()).bytecode
    assert report is not None
    assert report.files == len(list(root.rglob("*.pyc")))
    shipped = sum(file.stat().st_size for file in root.rglob("*.pyc"))
    assert report.size.uncompressed == shipped
    assert report.size.compressed > 0


def test_the_code_is_what_pip_compiled(root: Path) -> None:
    place = root / cached(f"{SITE}/pkg/used.py")
    before = place.read_bytes()
    slim_tree(root, settings())
    after = place.read_bytes()
    old, new = str(root / SITE / "pkg/used.py").encode(), f"/app/{SITE}/pkg/used.py".encode()
    lengths = bytes([len(old)]), bytes([len(new)])
    assert after[16:] == before[16:].replace(lengths[0] + old, lengths[1] + new)
    assert after[8:16] == importlib.util.source_hash((root / SITE / "pkg/used.py").read_bytes())


def test_a_slug_does_not_depend_on_where_it_was_built(tmp_path: Path) -> None:
    trees = []
    for name in ("a", "another/longer/folder"):
        root = compiled_slug(tmp_path / name, distribution("pkg", "1.0", FILES), APP)
        slim_tree(root, settings())
        trees.append({place.relative_to(root): place.read_bytes() for place in root.rglob("*.pyc")})
    assert trees[0] == trees[1]
    assert trees[0]


def test_stale_bytecode_is_compiled_anew(root: Path) -> None:
    source = root / SITE / "pkg/used.py"
    source.write_text("import space.inside\nchanged = True\n")
    slim_tree(root, settings())
    place = root / cached(f"{SITE}/pkg/used.py")
    assert b"changed" in place.read_bytes()
    assert place.read_bytes()[8:16] == importlib.util.source_hash(source.read_bytes())
    # As the slug runs, not as it was built.
    assert b"/app/" in place.read_bytes()
    assert str(root).encode() not in place.read_bytes()


def test_a_second_run_changes_nothing(root: Path) -> None:
    slim_tree(root, settings())
    before = snapshot(root)
    outcome = slim_tree(root, settings())
    assert change_of(outcome.planned).does_nothing
    assert snapshot(root) == before
    size = write_gzip(root.parent / "slug.tgz", slug_pieces(scan_tree(root)))
    assert outcome.sizes.after.compressed == pytest.approx(size, abs=400)
    assert outcome.sizes.after.uncompressed == sum(entry.size for entry in scan_tree(root).files())


def test_a_plan_says_the_sizes_of_its_execution(root: Path) -> None:
    planned = dry_run(root, settings())
    assert slim_tree(root, settings()).sizes == planned.sizes
    whole = dry_run(root, settings()).sizes
    assert whole.bytecode.uncompressed == planned.sizes.bytecode.uncompressed


def test_what_was_there_before_does_not_grow_by_what_is_added(root: Path) -> None:
    whole = dry_run(root, settings(LEVEL="measure")).sizes
    planned = dry_run(root, settings()).sizes
    assert planned.added.compressed > 0
    assert planned.before.uncompressed == whole.before.uncompressed


def test_restored_it_is_the_tree_before(root: Path) -> None:
    before = snapshot(root)
    slim_tree(root, settings(), keep_stash=True)
    assert (root / cached("app.py")).exists()
    assert restore_tree(root) > 0
    assert snapshot(root) == before


def test_what_cannot_be_verified_leaves_no_new_bytecode(
    root: Path,
) -> None:
    before = snapshot(root)
    with transaction(root) as opened:
        opened.apply(change_of(dry_run(root, settings()).planned))
        assert (root / cached("app.py")).exists()
        with opened.shown_whole():
            assert not (root / cached("app.py")).exists()
        assert (root / cached("app.py")).exists()
    assert snapshot(root) == before


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("strip", 0), ("strip-all", 0), ("keep", None), ("auto", len(SHIPPED) + 1)],
)
def test_other_settings_write_nothing(root: Path, mode: str, expected: int | None) -> None:
    before = headers(root)
    slim_tree(root, settings(BYTECODE=mode))
    after = headers(root)
    if expected is None:
        assert after == before
    else:
        assert len({path for path in after if "crash" not in path}) == expected - (expected > 0)


@pytest.mark.parametrize("missing", [1, 300, 1500])
def test_auto_ships_what_the_limit_leaves_room_for(root: Path, missing: int) -> None:
    whole = dry_run(root, settings())
    size = whole.sizes.after.uncompressed - missing
    auto = settings(BYTECODE="auto", LIMIT=f"{size} uncompressed")
    planned = dry_run(root, auto).planned
    shipped = bytecode_of_start(planned)
    assert set() < shipped < bytecode_of_start(whole.planned)
    slim_tree(root, auto)
    assert {str(file.relative_to(root)) for file in root.rglob("*.pyc")} == shipped
    assert sum(entry.size for entry in scan_tree(root).files()) <= size


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("python -c 'import pkg.unused'", {"pkg/unused.py"}),
        ("python -c 'import pkg.unused; 1/0' > /dev/null", {"pkg/unused.py"}),
        ("python -c 'print(1)'", set()),
        ("echo \"# code object from '/etc/none.py'\"", set()),
        ("false", set()),
    ],
)
def test_what_the_smoke_command_loads_ships_as_well(
    root: Path, command: str, more: set[str]
) -> None:
    start = ChildPython(smoke=command).start(root, layout_of(root), StartWanted("", ("pkg",)))
    assert start is not None
    found = {path.removeprefix(f"{SITE}/") for path in start.sources if path.startswith(SITE)}
    assert found == more | loaded(root, "pkg")


def test_a_plan_does_not_run_the_smoke_command(root: Path) -> None:
    command = f"python -c 'import pkg.unused' && touch {root.parent}/ran"
    dry_run(root, settings(SMOKE=command))
    assert not (root.parent / "ran").exists()
    slim_tree(root, settings(SMOKE=command))
    assert (root.parent / "ran").exists()
    assert (root / cached(f"{SITE}/pkg/unused.py")).exists()


def test_auto_strips_a_slug_that_is_too_large(root: Path) -> None:
    slim_tree(root, settings(BYTECODE="auto", LIMIT="1k"))
    assert headers(root) == {}


def test_a_record_that_says_something_of_bytecode_stays_true(tmp_path: Path) -> None:
    site = distribution("pkg", "1.0", {"pkg/__init__.py": "", "pkg/other.py": ""})
    root = compiled_slug(tmp_path, site, {"app.py": "import pkg\n"})
    place, other = cached("pkg/__init__.py"), cached("pkg/other.py")
    record = root / SITE / "pkg-1.0.dist-info/RECORD"
    digest, size = record_digest(root / SITE / place)
    with record.open("a") as rows:
        rows.write(f"{place},{digest},{size}\n{other},,\n")
    slim_tree(root, settings())
    digest, size = record_digest(root / SITE / place)
    rows_now = record.read_text().splitlines()
    assert f"{place},{digest},{size}" in rows_now
    assert not any(other in row for row in rows_now)


def test_a_record_as_pip_writes_it_stays_as_it_is(tmp_path: Path) -> None:
    site = distribution("pkg", "1.0", {"pkg/__init__.py": ""})
    root = compiled_slug(tmp_path, site, {"app.py": "import pkg\n"})
    record = root / SITE / "pkg-1.0.dist-info/RECORD"
    with record.open("a") as rows:
        rows.write(f"{cached('pkg/__init__.py')},,\n")
    before = record.read_bytes()
    slim_tree(root, settings())
    assert record.read_bytes() == before


def test_a_module_without_source_stays(root: Path) -> None:
    place = root / SITE / "pkg/bare.pyc"
    py_compile.compile(str(root / SITE / "pkg/unused.py"), cfile=str(place), doraise=True)
    before = place.read_bytes()
    slim_tree(root, settings())
    assert place.read_bytes() == before


def test_why_says_that_each_start_loads_it(root: Path) -> None:
    slim_tree(root, settings())
    found = explain_path(root, cached(f"{SITE}/pkg/used.py"), settings())
    assert (found.decision.action, found.decision.reason) == ("keep", found.decision.reason)
    assert found.decision.reason is not None
    assert found.decision.reason.kind == "loaded at start"
    told = engine("why", root, cached("app.py"))
    assert "Each start of the app loads it." in told.out


def test_what_is_counted_is_what_is_there(root: Path) -> None:
    outcome = slim_tree(root, settings())
    there = {str(file.relative_to(root)) for file in root.rglob("*.pyc")}
    assert bytecode_of_start(outcome.planned) == there


DJANGO: dict[str, Content] = {
    "django/__init__.py": "def setup():\n    import importlib, os\n"
    "    importlib.import_module(os.environ['DJANGO_SETTINGS_MODULE'])\n"
    "    import shop.models\n    import django.late\n",
    "django/late.py": "",
    "django/never.py": "",
}


def test_django_is_set_up_with_the_app_s_settings(tmp_path: Path) -> None:
    app: dict[str, Content] = {
        "web/__init__.py": "",
        "web/wsgi.py": "import os, django\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'web.settings')\n",
        "web/settings.py": "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9))\n"
        "except OSError as error:\n    assert 'no network' in str(error)\n",
        "shop/__init__.py": "",
        "shop/models.py": "",
    }
    root = compiled_slug(tmp_path, distribution("django", "5", DJANGO), app)
    assert undone(slim_tree(root, settings())) == ""
    found = headers(root)
    assert found["django/late.py"] == 1
    assert found["shop/models.py"] == 3
    assert "django/never.py" not in found

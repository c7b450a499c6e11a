"""Copies of one library beside each other become hard links; near-misses stay files."""

from __future__ import annotations

import csv
import errno
import os
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pythons import settings
from slugfit.apply.change import change_of
from slugfit.apply.record import record_digest
from slugfit.apply.transaction import recover_tree, restore_tree, transaction
from slugfit.base.errors import TreeError
from slugfit.measure.archive import write_gzip
from slugfit.measure.pieces import slug_pieces
from slugfit.pipeline import dry_run, slim_tree
from slugfit.plan.decide import hold_groups
from slugfit.plan.decision import Group
from slugfit.plan.make import make_plan
from slugfit.plan.reasons import Reason
from slugfit.report.why import explain_path, explanation_text
from slugfit.scan.tree import scan_tree
from slugfit.settings.current_run import Run
from strategies import library, state
from trees import SITE, Content, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LIBRARY = library()
FIRST, SECOND = "pkg/libx.so", "pkg/libx.so.1"
TWO: Mapping[str, Content] = {"pkg/__init__.py": "", FIRST: LIBRARY, SECOND: LIBRARY}
OFF = {"VERIFY": "off"}


def tree(root: Path, files: Mapping[str, Content], **app: Content) -> Path:
    return plant(root, slug(distribution("pkg", "1.0", files), app_py="import pkg\n", **app))


def linked(root: Path, run: Run | None = None, **options: str) -> dict[str, str]:
    plan = make_plan(root, settings(**options), run)
    cut = len(f"{SITE}/")
    return {item.path[cut:]: item.twin[cut:] for item in plan.decisions if item.action == "link"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(TWO, {SECOND: FIRST}, id="two names"),
        pytest.param(
            {**TWO, "pkg/libx.so.1.0": LIBRARY},
            {SECOND: FIRST, "pkg/libx.so.1.0": FIRST},
            id="three names",
        ),
        pytest.param({**TWO, SECOND: library(9000)}, {}, id="other bytes"),
        pytest.param({**TWO, SECOND: LIBRARY[:-1] + b"x"}, {}, id="as many other bytes"),
        pytest.param(
            {FIRST: LIBRARY, "pkg/deep/libx.so": LIBRARY}, {}, id="another folder, another $ORIGIN"
        ),
        pytest.param({FIRST: b"x" * 9000, SECOND: b"x" * 9000}, {}, id="not ELF"),
        pytest.param(
            {"pkg/a.py": "x = 1\n" * 2000, "pkg/b.py": "x = 1\n" * 2000}, {}, id="modules"
        ),
        pytest.param({"pkg/a.bin": LIBRARY, "pkg/b.bin": LIBRARY}, {}, id="not called a library"),
        pytest.param({FIRST: LIBRARY[:4000], SECOND: LIBRARY[:4000]}, {}, id="less than a page"),
        pytest.param({**TWO, f"{SECOND}.hmac": "x"}, {}, id="one that checks its own bytes"),
    ],
)
def test_hits_and_near_misses(
    tmp_path: Path, files: Mapping[str, Content], expected: Mapping[str, str]
) -> None:
    assert linked(tree(tmp_path, files)) == expected


def test_only_where_links_last_and_nobody_says_no(tmp_path: Path) -> None:
    root = tree(tmp_path, TWO)
    assert linked(root) == {SECOND: FIRST}
    assert linked(root, RULES_OFF="duplicates") == {}
    assert linked(root, LEVEL="measure") == {}
    assert linked(root, LIMIT="lambda") == {}
    assert linked(root, LIMIT="image") == {}
    assert linked(root, Run(tree_is_cached=True)) == {}
    assert linked(root, KEEP=f"/{SITE}/{SECOND}") == {}
    assert linked(root, RULES_OFF="symbols") == {SECOND: FIRST}
    assert linked(root, REMOVE=f"/{SITE}/{FIRST}") == {}
    (root / SITE / SECOND).chmod(0o755)
    assert linked(root) == {}


def test_the_app_own_libraries_are_left_alone(tmp_path: Path) -> None:
    root = plant(tmp_path, slug({}, app_py=""))
    plant(root, {"libx.so": LIBRARY, "libx.so.1": LIBRARY})
    assert linked(root) == {}


@pytest.mark.parametrize("off", ["", "symbols"])
def test_one_file_after_it_and_two_again_when_restored(tmp_path: Path, off: str) -> None:
    root = tree(tmp_path / "root", TWO)
    cache = tmp_path / "cache"
    cache.mkdir()
    for number, entry in enumerate(scan_tree(root).files()):
        os.link(root / entry.path, cache / str(number))
    before, cached = state(root), state(cache)
    config = settings(RULES_OFF=off, **OFF)
    outcome = slim_tree(root, config, keep_stash=True)
    first, second = root / SITE / FIRST, root / SITE / SECOND
    assert outcome.undone is None
    assert first.samefile(second)
    assert state(cache) == cached
    if not off:
        assert first.stat().st_nlink == 2  # a new file: the build cache has the whole one
    _check_record(root)
    assert linked(root, RULES_OFF=off) == {}
    again = slim_tree(root, config)
    assert again.sizes.before == again.sizes.after
    restore_tree(root)
    assert not first.samefile(second)
    assert {path: found for path, found in state(root).items() if ".slugfit" not in path} == before
    assert state(cache) == cached


def _check_record(root: Path) -> None:
    with (root / SITE / "pkg-1.0.dist-info/RECORD").open(newline="") as file:
        rows = {row[0]: row[1:] for row in csv.reader(file)}
    for name in (FIRST, SECOND):
        digest, size = record_digest(root / SITE / name)
        assert rows[name] in (["", ""], [digest, str(size)])


def test_the_slug_holds_it_once_and_the_report_says_so(tmp_path: Path) -> None:
    root = tree(tmp_path / "root", TWO)
    config = settings(RULES_OFF="symbols", **OFF)
    planned = dry_run(root, config).sizes
    done = slim_tree(root, config).sizes
    assert planned == done
    saved = done.gone_by_rule()["duplicates"]
    assert saved.uncompressed == len(LIBRARY)
    target = tmp_path / "slug.tgz"
    written = write_gzip(target, slug_pieces(scan_tree(root)))
    assert abs(written - done.after.compressed) < 200
    with tarfile.open(target) as archive:
        member = archive.getmember(f"./app/{SITE}/{SECOND}")
        assert (member.islnk(), member.linkname, member.size) == (True, f"./app/{SITE}/{FIRST}", 0)
        archive.extractall(tmp_path / "out", filter="fully_trusted")  # noqa: S202 - our own slug
    app = tmp_path / "out/app"
    assert (app / SITE / SECOND).samefile(app / SITE / FIRST)
    assert {path: found.content for path, found in state(app).items()} == {
        path: found.content for path, found in state(root).items()
    }


def test_why_tells_which_file_it_becomes(tmp_path: Path) -> None:
    root = tree(tmp_path, TWO)
    told = explanation_text(explain_path(root, f"{SITE}/{SECOND}", settings()))
    assert "becomes a hard link.\n" in told
    assert f"to {SITE}/{FIRST}: the same bytes" in told
    told = explanation_text(explain_path(root, f"{SITE}/{FIRST}", settings()))
    assert "is shortened.\n" in told


@pytest.mark.parametrize(("rule", "links"), [("duplicates", {}), ("symbols", {SECOND: FIRST})])
def test_what_verification_puts_back_is_a_file_again(
    tmp_path: Path, rule: str, links: Mapping[str, str]
) -> None:
    plan = make_plan(tree(tmp_path, TWO), settings())
    held = hold_groups(plan.decisions, [Group("pkg", rule)], Reason("put back"))
    change = change_of(replace(plan, decisions=held))
    assert change.linked == {f"{SITE}/{path}": f"{SITE}/{twin}" for path, twin in links.items()}
    assert set(change.cut) == ({f"{SITE}/{FIRST}"} if rule == "duplicates" else set())
    with transaction(tmp_path) as opened:
        opened.apply(change)
        opened.commit(keep=False)
    assert (tmp_path / SITE / SECOND).read_bytes() == LIBRARY
    _check_record(tmp_path)


def test_a_file_that_changed_meanwhile_is_no_copy(tmp_path: Path) -> None:
    root = tree(tmp_path, TWO)
    change = change_of(make_plan(root, settings(RULES_OFF="symbols")))
    (root / SITE / SECOND).write_bytes(library(9000))
    before = state(root)
    with pytest.raises(TreeError, match="everything was put back"), transaction(root) as opened:
        opened.apply(change)
    recover_tree(root)
    assert state(root) == before


def test_a_file_system_without_links_gets_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(tmp_path, TWO)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    slim_tree(root, settings(**OFF))
    first, second = root / SITE / FIRST, root / SITE / SECOND
    assert first.read_bytes() == second.read_bytes() != LIBRARY
    assert not first.samefile(second)
    _check_record(root)

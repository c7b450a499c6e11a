"""The line from scan to report, in process: what is left of the tree in every outcome."""

from __future__ import annotations

import errno
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pythons import SITE as REAL_SITE
from pythons import real_slug, settings, undone
from slugfit import prove
from slugfit.apply.change import change_of
from slugfit.apply.stash import new_stash
from slugfit.apply.transaction import Transaction
from slugfit.base.errors import OutOfTimeError, RollBackError, TreeError
from slugfit.measure import deadline
from slugfit.measure.deadline import PACKED_A_SECOND
from slugfit.pipeline import slim_tree
from slugfit.plan.make import make_plan
from slugfit.report.make import make_report
from slugfit.settings.current_run import Run
from slugfit.verify.step import Failure, Step, StepContext
from trees import SITE, Content, Link, distribution, plant, slug, snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slugfit.settings.config import Config


TREE = slug(
    distribution(
        "pkg",
        "1.0",
        {
            "pkg/__init__.py": "",
            "pkg/tests/x.py": "",
            "pkg/a.py": "",
            "pkg/a.pyi": "",
            "pkg/link.py": "",
            "pkg/link.pyi": Link("a"),
        },
    ),
    app_py="import pkg\n",
)
REAL: dict[str, Content] = {"pkg/__init__.py": "", "pkg/tests/x.py": ""}
APP: dict[str, Content] = {"app.py": "import pkg\n"}


def test_a_slimmed_tree_lacks_what_the_plan_removes_and_nothing_else(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    outcome = slim_tree(tmp_path, settings())
    gone = {item.path for item in outcome.planned.decisions if item.action == "remove"}
    assert gone == {f"{SITE}/pkg/{name}" for name in ("a.pyi", "link.pyi", "tests/x.py")}
    after = snapshot(tmp_path)
    assert set(before) - set(after) == gone | {f"{SITE}/pkg/tests"}
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {f"{SITE}/pkg-1.0.dist-info/RECORD"}


def test_every_stage_is_timed(tmp_path: Path) -> None:
    real_slug(tmp_path, REAL, APP)
    outcome = slim_tree(tmp_path, settings())
    assert set(outcome.seconds) == {"recover", "plan", "apply", "verify", "measure"}
    assert outcome.tried == (Step("import", "pkg"),)


def test_what_could_not_be_verified_at_all_is_put_back(tmp_path: Path) -> None:
    root = real_slug(tmp_path, REAL, APP)
    python = root / ".heroku/python/bin/python"
    python.unlink()
    python.write_text("#!/bin/sh\nexit 127\n")
    python.chmod(0o755)
    before = snapshot(root)
    outcome = slim_tree(root, settings())
    assert "could not be tried" in undone(outcome)
    assert snapshot(root) == before


def test_level_measure_plans_nothing(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    outcome = slim_tree(tmp_path, settings(LEVEL="measure"))
    assert outcome.sizes.gone == {}
    assert snapshot(tmp_path) == before


def test_a_tree_with_nothing_to_remove_is_not_touched(tmp_path: Path) -> None:
    plant(tmp_path, {"app.py": ""})
    stamp = tmp_path.stat().st_mtime_ns
    outcome = slim_tree(tmp_path, settings())
    assert (outcome.undone, outcome.sizes.gone) == (None, {})
    assert tmp_path.stat().st_mtime_ns == stamp


def test_an_interrupted_run_is_put_back_before_a_new_one(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    Transaction(new_stash(tmp_path)).apply(change_of(make_plan(tmp_path, settings())))
    outcome = slim_tree(tmp_path, settings(RULES_OFF="tests"))
    assert not outcome.undone
    assert (tmp_path / SITE / "pkg/tests/x.py").exists()
    assert not (tmp_path / ".slugfit").exists()


def test_the_cache_that_shares_the_files_stays_as_it_was(tmp_path: Path) -> None:
    root, cache = plant(tmp_path / "root", TREE), tmp_path / "cache"
    subprocess.run(
        ["cp", "--recursive", "--no-dereference", "--preserve=mode", "--link", root, cache],
        check=True,
    )
    before = snapshot(cache)
    inodes = {path: (cache / path).lstat().st_ino for path in before}
    slim_tree(root, settings())
    assert snapshot(cache) == before
    assert {path: (cache / path).lstat().st_ino for path in before} == inodes


def test_a_full_disk_leaves_the_tree_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    outcome = slim_tree(tmp_path, settings())
    assert "No space left" in undone(outcome)
    with pytest.raises(TreeError, match="everything was put back"):
        slim_tree(tmp_path, settings(STRICT="1"))
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("error", [OSError("vanished"), ValueError("bug"), KeyboardInterrupt()])
def test_whatever_happens_while_it_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(prove, "measure_again", fail)
    if isinstance(error, OSError):
        assert "vanished" in undone(slim_tree(tmp_path, settings()))
    else:
        with pytest.raises(type(error)):
            slim_tree(tmp_path, settings())
    assert snapshot(tmp_path) == before


def test_a_failed_roll_back_is_never_swallowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = real_slug(tmp_path, REAL, APP)

    def run(child: StepContext, steps: Sequence[Step], *_: object) -> tuple[Failure, ...]:
        assert not (root / REAL_SITE / "pkg/tests/x.py").exists()
        plant(root, {f"{REAL_SITE}/pkg/tests/x.py/in the way": ""})
        return tuple(Failure(step, "x") for step in steps if child)

    monkeypatch.setattr(prove, "run_steps", run)
    with pytest.raises(RollBackError) as caught:
        slim_tree(root, settings())
    assert str(root / ".slugfit/1") in caught.value.todo
    assert (root / ".slugfit/1/old" / REAL_SITE / "pkg/tests/x.py").is_file()


def test_a_second_application_that_is_stopped_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = real_slug(tmp_path, REAL | {"pkg/__init__.py": "1/0"}, APP)
    before = snapshot(root)
    usual, calls = os.rmdir, []

    def rmdir(path: str, **options: object) -> None:
        # By the engine, of the tree: once a time the change is made.
        if os.fspath(path).endswith("pkg/tests"):
            calls.append(path)
            if len(calls) == 2:
                raise KeyboardInterrupt
        usual(path, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rmdir", rmdir)
        with pytest.raises(KeyboardInterrupt):
            slim_tree(root, settings())
    assert len(calls) == 2
    assert snapshot(root) == before


def test_the_report_of_an_outcome_adds_up(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    outcome = slim_tree(tmp_path, settings())
    made = make_report(outcome, settings(), action="slim")
    assert made.before.uncompressed == sum(
        share.before.uncompressed for share in made.distributions
    )
    assert made.after.compressed == sum(share.after.compressed for share in made.distributions)
    saved = sum(total.saved.uncompressed for total in made.rules)
    assert saved == made.before.uncompressed - made.after.uncompressed
    assert {total.name: total.files for total in made.rules} == {"tests": 1, "stubs": 2}
    assert [share.version for share in made.distributions if share.name == "pkg"] == ["1.0"]


def _started(minutes: float, ago: float) -> tuple[Config, Run]:
    return settings(BUILD_MINUTES=str(minutes)), Run(started=time.time() - ago)


@pytest.mark.parametrize(("minutes", "ago"), [(15, 0), (15, 800), (0, 10**6), (120, 7000)], ids=str)
def test_a_build_with_time_left_is_slimmed(tmp_path: Path, minutes: float, ago: float) -> None:
    plant(tmp_path, TREE)
    outcome = slim_tree(tmp_path, *_started(minutes, ago))
    assert not outcome.undone
    assert not (tmp_path / SITE / "pkg/tests").exists()


@pytest.mark.parametrize(("minutes", "ago"), [(15, 890), (15, 10**6), (0.3, 0)], ids=str)
def test_a_build_without_time_ships_as_it_was_built(
    tmp_path: Path, minutes: float, ago: float
) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    with pytest.raises(OutOfTimeError) as caught:
        slim_tree(tmp_path, *_started(minutes, ago))
    assert "SLUGFIT_BUILD_MINUTES" in caught.value.why + caught.value.todo
    assert snapshot(tmp_path) == before


def test_the_time_to_pack_a_large_slug_is_kept_free(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    with (tmp_path / "model.bin").open("wb") as large:
        large.truncate(PACKED_A_SECOND * 450)
    with pytest.raises(OutOfTimeError):
        slim_tree(tmp_path, *_started(15, 30))


def test_a_verification_that_time_ends_puts_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = real_slug(tmp_path, {**REAL, "pkg/__init__.py": "import time; time.sleep(60)"}, APP)
    before = snapshot(root)
    monkeypatch.setattr(deadline, "STORING_SECONDS", 0)
    monkeypatch.setattr(deadline, "PACKED_A_SECOND", 10**12)
    with pytest.raises(OutOfTimeError):
        slim_tree(root, *_started(0.05, 0))
    assert snapshot(root) == before

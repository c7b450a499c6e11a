"""Each action in its turn: slugs whose limit asks for more and more."""

from __future__ import annotations

import hashlib
import random
import sys
from typing import TYPE_CHECKING

import pytest

from packed_slugs import pack_anything
from pythons import SITE, real_slug, settings
from slugfit.apply.change import bytecode_of_start
from slugfit.measure.archive import write_gzip
from slugfit.measure.pieces import slug_pieces
from slugfit.packing import making, outlook
from slugfit.packing.manifest import is_packed
from slugfit.pipeline import Outcome, dry_run, slim_tree
from slugfit.report.make import make_report
from slugfit.report.why import explain_path
from slugfit.scan.tree import scan_tree
from slugfit.settings.current_run import Run
from trees import Content, distribution

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = hashlib.shake_256(b"1").digest(60_000)


def _code(lines: int, seed: int) -> str:
    """A module of so many lines that compress badly."""
    chance = random.Random(seed)  # noqa: S311
    names = [f"name_{chance.randrange(10**9)}" for _ in range(lines)]
    return "".join(f"{name} = {chance.randrange(10**12)}\n" for name in names)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A slug with a package that its start loads, one that nothing reaches, one to pack."""
    pack_anything(monkeypatch)
    monkeypatch.setattr(making, "LEAST", 1000)
    monkeypatch.setattr(outlook, "SMALL", 1)
    # These limits are told to the byte.
    monkeypatch.setattr(outlook, "ORDER_ERROR", 0)
    used: dict[str, Content] = {
        f"used/part{number}.py": _code(40 * (number + 1), number) for number in range(8)
    }
    parts = "".join(f"import used.part{number}\n" for number in range(8))
    site = {
        # gzip sees nothing of a repetition that is so far away.
        **distribution("used", "1.0", {**used, "used/__init__.py": parts, "used/x": BLOCK * 3}),
        **distribution("extra", "1.0", {"extra/__init__.py": "", "extra/x": BLOCK[:50_000]}),
    }
    app: dict[str, Content] = {"app.py": "import used\n", "Procfile": "web: python app.py\n"}
    return real_slug(tmp_path / "slug", site, app)


def _auto(root: Path, limit: str, **values: str) -> Outcome:
    return dry_run(root, settings(LEVEL="auto", LIMIT=limit, **values))


def _taken(outcome: Outcome) -> list[str]:
    assert outcome.fit is not None
    return [item.action for item in outcome.fit.taken]


def _standard(root: Path) -> Outcome:
    return dry_run(root, settings())


def test_nothing_is_taken_that_is_not_asked_for(root: Path) -> None:
    plain = _standard(root)
    found = _auto(root, str(plain.sizes.after.compressed))
    assert found.planned.decisions == plain.planned.decisions
    assert _taken(found) == []
    assert found.fit is not None
    assert not found.fit.over
    assert [item.action for item in found.fit.possible] == ["unused", "packing", "bytecode strip"]


def test_what_is_made_to_fit_fits_in_another_order_too(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlook, "ORDER_ERROR", 0.006)
    limit = _standard(root).sizes.after.compressed - 1
    assert 0 < _auto(root, str(limit)).sizes.after.compressed <= limit * 0.994
    # What fits as it is fits.
    assert _taken(_auto(root, str(limit + 1))) == []


def test_each_action_comes_in_its_turn(root: Path) -> None:
    plain = _standard(root)
    after, bytecode = plain.sizes.after.compressed, plain.sizes.bytecode.compressed
    unused = _auto(root, str(after - 45_000), PACK="off", BYTECODE="boot")
    assert _taken(unused) == ["unused"]
    leaner = unused.sizes.after.compressed
    assert after - leaner == pytest.approx(50_000, rel=0.05)
    for limit, expected in (
        (after - 200, ["bytecode by worth"]),
        (after - bytecode, ["unused"]),
        (leaner - 200, ["bytecode by worth", "unused"]),
        (leaner - bytecode, ["unused", "packing"]),
    ):
        found = _auto(root, str(limit))
        assert _taken(found) == expected
        assert found.fit is not None
        assert not found.fit.over
        assert found.sizes.after.compressed <= limit


def test_where_packing_cannot_be_bytecode_goes_as_far_as_needed(root: Path) -> None:
    unused = dry_run(root, settings(LEVEL="unused"))
    limit = unused.sizes.after.uncompressed - unused.sizes.bytecode.uncompressed * 2 // 3
    # Packing makes nothing smaller that is unpacked.
    found = _auto(root, f"{limit} uncompressed")
    assert _taken(found) == ["unused", "bytecode strip"]
    left = bytecode_of_start(found.planned)
    assert 0 < len(left) < len(bytecode_of_start(unused.planned))
    assert found.sizes.after.uncompressed <= limit


def test_two_limits_at_once(root: Path) -> None:
    unused = dry_run(root, settings(LEVEL="unused"))
    limit = f"10M, {unused.sizes.after.uncompressed - 1} uncompressed"
    found = _auto(root, limit)
    assert _taken(found) == ["bytecode by worth", "unused"]
    assert found.sizes.after.uncompressed < unused.sizes.after.uncompressed
    both = f"{unused.sizes.after.compressed - 500}, {unused.sizes.after.uncompressed - 1} unpacked"
    found = _auto(root, both)
    assert found.fit is not None
    assert not found.fit.over


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ["unused", "packing", "bytecode strip"]),
        ({"PACK": "off"}, ["unused", "bytecode strip"]),
        ({"BYTECODE": "boot"}, ["unused", "packing"]),
        ({"RULES_OFF": "unused", "PACK": "off"}, ["bytecode strip"]),
    ],
)
def test_what_never_fits_takes_all_that_is_allowed(
    root: Path, values: dict[str, str], expected: list[str]
) -> None:
    found = _auto(root, "1k", **values)
    assert _taken(found) == expected
    assert found.fit is not None
    (excess,) = found.fit.over
    possible = sum(item.saves.compressed for item in found.fit.possible)
    assert excess.over == found.sizes.after.compressed - 1000
    assert excess.left == excess.over - possible > 0
    assert make_report(found, settings(LEVEL="auto", LIMIT="1k", **values)).verdict == "over"


def test_where_nothing_unpacks_the_next_action_is_taken(root: Path) -> None:
    run = Run(app=root)
    unused = dry_run(root, settings(LEVEL="unused"), run)
    limit = unused.sizes.after.compressed - unused.sizes.bytecode.compressed // 2
    found = dry_run(root, settings(LEVEL="auto", LIMIT=str(limit)), run)
    assert _taken(found) == ["unused", "bytecode strip"]
    assert found.packing is not None
    assert found.packing.refusal is not None
    assert found.packing.refusal.kind == "not a slug"


def test_a_level_that_is_set_says_what_could_be_taken(root: Path) -> None:
    found = dry_run(root, settings(LIMIT="1k"))
    assert found.fit is not None
    assert found.fit.taken == ()
    lines = [item.line for item in found.fit.possible]
    assert lines == ["SLUGFIT_LEVEL=unused", "SLUGFIT_PACK=auto", "SLUGFIT_BYTECODE=auto"]
    assert all(item.saves.compressed > 1000 for item in found.fit.possible)
    assert dry_run(root, settings()).fit is None
    assert dry_run(root, settings(LEVEL="measure", LIMIT="1k")).fit is None


def test_a_slug_is_packed_until_it_fits(root: Path, tmp_path: Path) -> None:
    unused = dry_run(root, settings(LEVEL="unused"))
    limit = unused.sizes.after.compressed - unused.sizes.bytecode.compressed
    config = settings(LEVEL="auto", LIMIT=str(limit))
    outcome = slim_tree(root, config)
    assert _taken(outcome) == ["unused", "packing"]
    assert is_packed(root)
    assert not (root / SITE / "extra").exists()
    report = make_report(outcome, config)
    assert report.verdict == "fits"
    # The scripts that unpack, and what the shares of so small a slug are wrong by.
    assert write_gzip(tmp_path / "slug.tgz", slug_pieces(scan_tree(root))) <= limit + 8000


def test_what_is_slimmed_has_the_bytecode_that_was_planned(root: Path) -> None:
    limit = _standard(root).sizes.after.compressed - 200
    config = settings(LEVEL="auto", LIMIT=str(limit))
    planned = bytecode_of_start(dry_run(root, config).planned)
    slim_tree(root, config)
    tag = sys.implementation.cache_tag
    assert {str(file.relative_to(root)) for file in root.rglob(f"*.{tag}.pyc")} == planned


def test_why_tells_what_the_limit_decided(root: Path) -> None:
    after = _standard(root).sizes.after.compressed
    for limit, action in ((after, "keep"), (after - 45_000, "remove")):
        config = settings(LEVEL="auto", LIMIT=str(limit), PACK="off", BYTECODE="boot")
        found = explain_path(root, f"{SITE}/extra/x", config)
        assert found.decision.action == action

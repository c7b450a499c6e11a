"""What packing could save, told before anything is packed."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

import pytest

from packed_slugs import packer
from pythons import settings
from slugfit.measure.sizes import Bytes, Sizes
from slugfit.measure.weigh import measure_sizes
from slugfit.packing.outlook import (
    bundles_to_pack,
    bytes_to_save,
    expected_saving,
    packing_outlook,
)
from slugfit.packing.units import Bundle, Unit
from slugfit.settings.current_run import Run
from trees import distribution, plant, slug

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.packing.outlook import Outlook


def _bundle(owner: str, size: int, compressed: int) -> Bundle:
    return Bundle(owner, "site", (Unit(f"site/{owner}", owner, size, 1, compressed),))


LARGE, DENSE, SMALL = (
    _bundle("large", 900_000, 5_000_000),
    _bundle("dense", 100_000, 3_000_000),
    _bundle("s", 50_000, 1_000_000),
)


@pytest.mark.parametrize(
    ("needed", "expected"),
    [
        (1, [SMALL]),
        (100_000, [SMALL]),
        (100_001, [DENSE]),
        (300_000.5, [DENSE, SMALL]),
        (400_000, [DENSE, SMALL]),
        (400_001, [LARGE]),
        (1_300_001, [LARGE, DENSE, SMALL]),
        (10**9, [LARGE, DENSE, SMALL]),
        (math.inf, [LARGE, DENSE, SMALL]),
    ],
)
def test_the_fewest_bytes_to_unpack_are_packed(needed: float, expected: list[Bundle]) -> None:
    assert list(bundles_to_pack((LARGE, DENSE, SMALL), needed)) == expected
    assert bundles_to_pack((), needed) == ()


def _outlook(root: Path, run: Run | None = None, *, by_owner: bool, **values: str) -> Outlook:
    content = hashlib.shake_256(b"1").digest(40_000)
    site = {
        **distribution("one", "1.0", {"one/x": content, "one/y.pyi": "x"}),
        **distribution("two", "1.0", {"two/x": content * 2, "two.py": ""}),
    }
    made = packer(plant(root, slug(site, app_py="import one\n")), None, **values)
    sizes = measure_sizes(made.plan.tree, made.plan.decisions) if by_owner else made.sizes
    return packing_outlook(made.plan, sizes, made.config, run or Run())


def test_the_part_of_a_distribution_stands_for_what_was_not_measured(tmp_path: Path) -> None:
    measured = _outlook(tmp_path / "a", by_owner=False)
    estimated = _outlook(tmp_path / "b", by_owner=True)
    assert [item.owner for item in measured.bundles] == ["two", "one"]
    assert [item.owner for item in estimated.bundles] == ["two", "one"]
    assert estimated.saves == pytest.approx(measured.saves, rel=0.05)
    assert measured.saves == sum(map(expected_saving, measured.bundles)) > 0
    assert [item.owner for item in measured.without(measured.bundles[:1]).bundles] == ["one"]


@pytest.mark.parametrize(
    ("limit", "run", "kind"),
    [
        ("scalingo", Run(), "platform"),
        ("heroku", Run(tree_is_cached=True), "cached tree"),
        ("1k, 1M unpacked", Run(), ""),
    ],
)
def test_what_cannot_be_packed_saves_nothing(
    tmp_path: Path, limit: str, run: Run, kind: str
) -> None:
    found = _outlook(tmp_path, run, by_owner=True, LIMIT=limit)
    assert ("" if found.refusal is None else found.refusal.kind) == kind
    assert (found.saves > 0) == (kind == "")


@pytest.mark.parametrize(
    ("limit", "estimated", "expected"),
    [
        ("1000", False, 9006),
        ("1000", True, 9056),
        ("9999", True, 110),
        ("10000", True, 0),
        ("5000 uncompressed", True, 0),
        ("dokku", True, 0),
    ],
)
def test_a_sample_is_not_trusted_to_the_last_byte(
    limit: str, expected: int, *, estimated: bool
) -> None:
    sizes = Sizes({"one": Bytes(20_000, 10_000)}, {}, estimated=estimated)
    assert bytes_to_save(sizes, settings(PACK="auto", LIMIT=limit)) == expected
    assert bytes_to_save(sizes, settings(PACK="on", LIMIT=limit)) == math.inf

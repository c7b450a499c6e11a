"""Whose fault a failure is, as tables of hits and near misses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.plan.decision import Decision, Group
from slugfit.scan.layout import Layout
from slugfit.verify.bisect import find_culprits, groups_of, is_foreign, suspects_first, tree_before
from slugfit.verify.step import Failure, Step

if TYPE_CHECKING:
    from collections.abc import Sequence


SITE = "py/lib/python3.11/site-packages"
LAYOUT = Layout("slug", "py", (SITE,), "py/lib/python3.11", Path("python"))


def decision(path: str, owner: str, rule: str = "", action: str = "remove") -> Decision:
    return Decision(f"{SITE}/{path}", owner, action, rule, 1, 1, "")  # type: ignore[arg-type]


PLAN = (
    decision("pkg/__init__.py", "pkg", action="keep"),
    decision("pkg/tests/__init__.py", "pkg", "tests"),
    decision("pkg/tests/data.py", "pkg", "tests"),
    decision("pkg/a.pyi", "pkg", "stubs"),
    decision("pkg/lib.so.1", "pkg", "symbols", "cut"),
    decision("other/__init__.py", "other", action="keep"),
    decision("other/docs/x.txt", "other", "docs"),
    Decision("src/helpers.py", "", "keep", "", 1, 0),
)


@pytest.mark.parametrize(
    ("error", "missing", "foreign"),
    [
        ("ModuleNotFoundError: No module named 'gi'", ("gi",), True),
        ("ImportError: needs GTK", ("gi", "cairo"), True),
        ("ModuleNotFoundError: No module named 'pkg.tests'", ("pkg.tests",), False),
        ("ModuleNotFoundError: No module named 'gi'", ("gi", "pkg.tests"), False),
        ("ModuleNotFoundError: No module named 'pkg.never'", ("pkg.never",), True),
        ("ModuleNotFoundError: No module named 'helpers'", ("helpers",), False),
        ("ImportError: cannot import name 'x' from 'pkg'", (), False),
        ("RuntimeError: no gi", None, False),
        ("OSError: libcuda.so.1: cannot open shared object file: No such file", None, True),
        ("ImportError: libGL.so.1: cannot open shared object file: No such file", (), True),
        ("OSError: lib.so.1: cannot open shared object file: No such file", None, False),
        ("OSError: lib.so.1: ELF load command address/offset not page-aligned", None, False),
    ],
)
def test_what_was_never_in_the_tree_is_not_our_fault(
    error: str, missing: tuple[str, ...] | None, *, foreign: bool
) -> None:
    failure = Failure(Step("import", "pkg"), error, missing)
    assert is_foreign(failure, tree_before(PLAN, LAYOUT)) is foreign


@pytest.mark.parametrize(
    ("failure", "first"),
    [
        (Failure(Step("import", "other"), "", ("pkg.tests",)), Group("pkg", "tests")),
        (Failure(Step("import", "other.x"), "ValueError", None), Group("other", "docs")),
        (Failure(Step("import", "pkg.x"), "ValueError", None), Group("pkg", "stubs")),
    ],
)
def test_the_likely_culprits_come_first(failure: Failure, first: Group) -> None:
    found = suspects_first(PLAN, [failure], LAYOUT)
    assert found[0] == first
    assert set(found) == groups_of(PLAN)
    assert len(found) == 4


GROUPS = [Group("dist", f"rule {number:03}") for number in range(200)]


def needing(*guilty: Group) -> tuple[frozenset[Group], int]:
    trials = []

    def works(held: frozenset[Group]) -> bool:
        trials.append(held)
        return held.issuperset(guilty)

    return find_culprits(GROUPS, works), len(trials)


@given(st.sets(st.integers(0, 199), min_size=1, max_size=4))
def test_exactly_the_guilty_are_found(numbers: set[int]) -> None:
    guilty = [GROUPS[number] for number in numbers]
    found, trials = needing(*guilty)
    assert found == set(guilty)
    assert trials <= 18 * len(guilty)


def test_a_guilty_one_at_the_front_takes_hardly_any_trial() -> None:
    assert needing(GROUPS[0]) == (frozenset(GROUPS[:1]), 1)


def test_either_of_two_is_enough() -> None:
    either: Sequence[Group] = GROUPS[3:5]
    assert len(find_culprits(GROUPS, lambda held: bool(held.intersection(either)))) == 1


def test_where_nothing_helps_the_search_still_ends() -> None:
    assert find_culprits(GROUPS, lambda _: False)

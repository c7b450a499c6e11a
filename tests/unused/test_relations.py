"""Who can count on whom: metadata, and what nobody had to ask for."""

from __future__ import annotations

import pytest

from slugfit.scan.distributions import Distribution
from slugfit.scan.owners import APP, PYTHON
from slugfit.unused.relations import relations_of
from slugfit.unused.words import passes_word


def dist(name: str, requires: str = "", extras: str = "") -> Distribution:
    """A distribution that requires these names, separated by spaces."""
    wanted = frozenset(requires.split()), frozenset(extras.split())
    return Distribution(name, "1", "", "", frozenset(), (), (), *wanted)


RELATIONS = relations_of(
    [
        dist("framework", requires="compiler tables"),
        dist("arrays", extras="tables"),
        *map(dist, ("compiler", "tables", "alone", "setuptools")),
    ]
)


@pytest.mark.parametrize(
    ("owner", "other", "top", "counts"),
    [
        ("framework", "compiler", "compiler", True),  # it requires it
        ("arrays", "tables", "tables", True),  # an extra of it does
        ("arrays", "alone", "alone", True),  # somebody asked for it
        ("arrays", "compiler", "compiler", False),  # only another distribution requires it
        ("arrays", "setuptools", "setuptools", False),  # a build brings it
        ("arrays", "setuptools", "pkg_resources", True),  # what programs use of that
        ("arrays", "arrays", "arrays", True),
        (APP, "compiler", "compiler", True),
        ("arrays", APP, "app", True),
        ("arrays", PYTHON, "json", True),
        ("arrays", "", "loose", True),
    ],
)
def test_what_code_can_count_on(owner: str, other: str, top: str, *, counts: bool) -> None:
    assert RELATIONS.has_to_do_with(owner, other, top) is counts


@pytest.mark.parametrize(
    ("source", "passes"),
    [
        ("import_optional_dependency('clang')", True),
        ("x = tools.LazyLoader('tf', globals(), 'clang')", True),
        ("importlib.import_module(name='clang')", True),
        ("def broken(:", True),
        ("kinds = ('gcc', 'clang')", False),
        ("if kind == 'clang': find_executable('clang')", False),
        ("import_module('clang.cindex')", False),
        ("TOOLS['clang']('clang')", False),
    ],
)
def test_a_word_that_is_passed_to_what_imports(source: str, *, passes: bool) -> None:
    assert passes_word(source.encode(), "clang") is passes

"""Counts the tests of simplejson: nobody but this editable package imports them."""

from simplejson.tests import all_tests_suite  # type: ignore[import-untyped]


def count() -> int:
    """How many tests there are."""
    return int(all_tests_suite().countTestCases())

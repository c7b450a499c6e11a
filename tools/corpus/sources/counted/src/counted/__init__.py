"""Counts the tests of a module of simplejson: nobody but this editable package imports it."""

from simplejson.tests.test_float import TestFloat  # type: ignore[import-untyped]


def count() -> int:
    """How many tests there are."""
    return sum(name.startswith("test_") for name in dir(TestFloat))

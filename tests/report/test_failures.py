"""Failures and reasons in words."""

from __future__ import annotations

import pytest

from slugfit.base.errors import TreeError, VerificationError
from slugfit.report.failures import error_line, error_sentences
from slugfit.report.reasons import broken
from slugfit.verify.step import BrokenError, Failure, Step

FAILURE = Failure(Step("import", "numpy"), "ModuleNotFoundError: No module named 'numpy.x'")


def test_a_step_says_what_it_means_when_it_fails() -> None:
    assert broken("load", "/slug/lib/libx.so.1") == "libx.so.1 could no longer be loaded"
    assert "shop.settings" in broken("setup", "shop.settings")
    assert broken("smoke", "python -m shop") == "the smoke command no longer succeeds"


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (BrokenError(FAILURE), "numpy could no longer be imported"),
        (
            BrokenError(FAILURE, "no time"),
            (
                "numpy could no longer be imported; there was no time to find out through which "
                "removal"
            ),
        ),
        (BrokenError(FAILURE, "untried"), "The app's packages could not be tried"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_broken_step_is_told_with_its_error(error: BrokenError, what: str) -> None:
    assert error_sentences(error) == (what, FAILURE.error)
    assert error_line(error) == f"{what}: {FAILURE.error}"


def test_other_errors_say_it_themselves() -> None:
    error = TreeError("what", todo="do")
    assert (error_sentences(error), error_line(error)) == (("what", "do"), "what")
    assert error_line(VerificationError("what", "why", "do")) == "what: why"

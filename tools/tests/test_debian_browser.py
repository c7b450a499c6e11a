"""make browser: what it says where there is none to be had."""

from __future__ import annotations

import shutil

import pytest

import debian_browser
from stack import packages
from stack.programs import UnavailableError


@pytest.mark.parametrize(("options", "code"), [([], 2), (["--or-skip"], 0)])
def test_no_browser_is_told_and_is_no_failure_where_it_may_be_left_out(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
) -> None:
    def refuse(*_: object) -> None:
        raise UnavailableError("only root may install it")

    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(packages, "need", refuse)
    assert debian_browser.main(options) == code
    assert capsys.readouterr().out == "No browser: only root may install it\n"


def test_a_browser_that_is_there_is_enough(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if "chrome" in name else None)
    assert debian_browser.main([]) == 0
    assert capsys.readouterr().out == ""

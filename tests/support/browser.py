"""A real browser for pages: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from debian_browser import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Iterator


def find_browser() -> str:
    """The program; skips the test, with the reason, where there is none."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        pytest.skip("no chromium on PATH (make browser installs it, as root on Debian)")
    return found


@contextmanager
def started_browser() -> Iterator[Browser]:
    """The browser, without windows and without network."""
    program = find_browser()
    # Chromium's own sandbox does not work for root: https://crbug.com/638180.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=options)
        except Error as error:
            pytest.skip(f"{program} does not start: {error.message.splitlines()[0]}")
        try:
            yield browser
        finally:
            browser.close()

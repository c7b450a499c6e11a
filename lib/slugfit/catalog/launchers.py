"""Programs for Windows that are known by where they lie: nothing else of them is ever run."""

from __future__ import annotations

WINDOWS_LAUNCHERS = (
    # Script launchers, used where os.name is "nt":
    # https://github.com/pypa/distlib/blob/master/distlib/scripts.py
    *("distlib/*.exe", "pip/_vendor/distlib/*.exe"),
    # https://github.com/pypa/setuptools/blob/main/setuptools/command/easy_install.py
    "setuptools/*.exe",
)
"""Patterns of names below site-packages."""

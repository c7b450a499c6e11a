"""The Pythons that the standard buildpack installs, and the names of files that it refuses.

https://github.com/heroku/heroku-buildpack-python/blob/v351/lib/python_version.sh
"""

from __future__ import annotations

OLDEST = (3, 10)
NEWEST = (3, 14)
DEFAULT = "3.14"
"""For a first build of an app that names none."""

MISSPELLED = frozenset(
    (
        *(" .python-version", ". python-version", ".python_version.txt", ".python_version"),
        *(".python-version ", ",python-version", ".python-version.", ".python-version.py"),
        *(".python-version.rtf", ".python-version.txt", ".python-version.TXT"),
        *(".Python-version", ".python.version", ".pythonversion", "'.python-version'"),
        *("python_version.txt", "python_version", "python-version.", "python-version.txt"),
        "python-version",
    )
)

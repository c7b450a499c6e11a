"""The text of any lock file, by its name: what it has for a target. Pure, but for Python 3.10."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slugfit.forecast.lock_files import table_of, unreadable
from slugfit.forecast.markers import MarkerError
from slugfit.forecast.pdm_lock import read_pdm_lock
from slugfit.forecast.poetry_lock import read_pipfile_lock, read_poetry_lock
from slugfit.forecast.pylock import read_pylock
from slugfit.forecast.toml_file import parse_toml
from slugfit.forecast.uv_lock import read_uv_lock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slugfit.forecast.lock_files import Locked
    from slugfit.forecast.target import Target

_PIPFILE_LOCK = "Pipfile.lock"
_READERS = {"uv.lock": read_uv_lock, "poetry.lock": read_poetry_lock, "pdm.lock": read_pdm_lock}


def is_lock(name: str) -> bool:
    """Whether a file of this name is a lock."""
    named = name.startswith("pylock.") and name.endswith(".toml")
    return named or name == _PIPFILE_LOCK or name in _READERS


def read_lock(
    name: str, text: str, target: Target, extras: Sequence[str] = ()
) -> tuple[Locked, ...]:
    """What a lock has for the target; raises ForecastError.

    What does not have the form of its kind counts as damaged, wherever that is noticed.
    """
    try:
        if name == _PIPFILE_LOCK:
            return read_pipfile_lock(table_of(json.loads(text)), target)
        reader = _READERS.get(name, read_pylock)
        return reader(parse_toml(name, text), target, extras)
    except MarkerError as error:
        raise unreadable(name, f"{error}.") from error
    except json.JSONDecodeError as error:
        raise unreadable(name, f"It is not JSON: {error}.") from error
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise unreadable(name, "It does not have the form of such a lock.") from error

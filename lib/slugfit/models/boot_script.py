"""What a slug carries to fetch models at boot: a list, a program, and the script that starts it."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from importlib import resources
from typing import TYPE_CHECKING

from slugfit.base.atomic import write_atomically
from slugfit.base.errors import ModelError
from slugfit.models.wanted import WantedModel, model_place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


CARRIED_MODULES = (
    *("__init__.py", "base/__init__.py", "base/errors.py", "base/file_lock.py"),
    *(
        "base/hashing.py",
        "base/urls.py",
        "base/words.py",
        "models/__init__.py",
        "models/at_boot.py",
    ),
    *("models/connection.py", "models/download.py", "models/partial_download.py"),
    *("models/transfer.py", "models/wanted.py"),
)
"""What is copied; it needs Python 3.8 and nothing else."""
CARRIED_FOLDER = ".heroku/slugfit"
MODELS_LIST = f"{CARRIED_FOLDER}/models.json"
BOOT_SCRIPT = ".profile.d/slugfit_models.sh"
_FIRST = '# Written by Slugfit: fetches the models of pyproject.toml that say when = "boot".\n'
_SCRIPT = f"""\
{_FIRST}slugfit_python="${{HOME}}/.heroku/python/bin/python"
if [ ! -x "${{slugfit_python}}" ]; then
	slugfit_python=python3
fi
if ! "${{slugfit_python}}" -I -S -B "${{HOME}}/{CARRIED_FOLDER}/models/at_boot.py" "${{HOME}}"; then
	case "${{DYNO:-}}" in
		# Who looks around in a one-off dyno (heroku run) can do so without the models.
		run.*) ;;
		*)
			echo 'slugfit: the process does not start without its models' >&2
			exit 1
			;;
	esac
fi
unset slugfit_python
"""


def write_boot_script(wanted: Sequence[WantedModel], root: Path) -> None:
    """Put it all in place; without models take away what an earlier run left there.

    Raises ModelError if that cannot be done, because of a link in the app for example.
    """
    files = _files(wanted) if wanted else {}
    try:
        for path in (
            *(f"{CARRIED_FOLDER}/{name}" for name in CARRIED_MODULES),
            MODELS_LIST,
            BOOT_SCRIPT,
        ):
            if path in files:
                place = model_place(root, path)
                place.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(place, files[path].encode())
            elif _is_ours(root):
                _drop(root / path)
        for folder in (f"{CARRIED_FOLDER}/base", f"{CARRIED_FOLDER}/models", CARRIED_FOLDER):
            with contextlib.suppress(OSError):
                (root / folder).rmdir()
    except OSError as error:
        raise ModelError(
            "What fetches the models at boot could not be written.",
            f"{error.strerror}: {error.filename}.",
            "Make room on the disk, or correct its permissions, and try again.",
        ) from error


def _files(wanted: Sequence[WantedModel]) -> Mapping[str, str]:
    own = resources.files("slugfit")
    listed = {"version": 1, "models": [asdict(order) for order in wanted]}
    return {
        **{
            f"{CARRIED_FOLDER}/{name}": own.joinpath(name).read_text("utf-8")
            for name in CARRIED_MODULES
        },
        MODELS_LIST: json.dumps(listed, indent=2) + "\n",
        BOOT_SCRIPT: _SCRIPT,
    }


def _is_ours(root: Path) -> bool:
    """Whether an earlier run of ours left the script there; it goes last."""
    try:
        return (root / BOOT_SCRIPT).read_text("utf-8").startswith(_FIRST)
    except (OSError, UnicodeDecodeError):
        return False


def _drop(place: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        place.unlink()

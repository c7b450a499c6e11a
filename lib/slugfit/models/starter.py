"""What a slug carries to fetch models at boot: a list, a program, and the script that starts it."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from importlib import resources
from typing import TYPE_CHECKING

from slugfit import whole
from slugfit.errors import ModelError
from slugfit.models import orders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from slugfit.models.orders import Order

MODULES = (
    *("__init__.py", "errors.py", "lock.py", "sha256.py"),
    *("models/__init__.py", "models/address.py", "models/at_boot.py", "models/download.py"),
    *("models/orders.py", "models/part.py", "models/transfer.py"),
)
"""What is copied; it needs Python 3.8 and nothing else."""
FOLDER = ".heroku/slugfit"
LIST = f"{FOLDER}/models.json"
PROFILE = ".profile.d/slugfit_models.sh"
_FIRST = '# Written by Slugfit: fetches the models of pyproject.toml that say when = "boot".\n'
_SCRIPT = f"""\
{_FIRST}slugfit_python="${{HOME}}/.heroku/python/bin/python"
if [ ! -x "${{slugfit_python}}" ]; then
	slugfit_python=python3
fi
if ! "${{slugfit_python}}" -I -S -B "${{HOME}}/{FOLDER}/models/at_boot.py" "${{HOME}}"; then
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


def write(wanted: Sequence[Order], root: Path) -> None:
    """Put it all in place; without models take away what an earlier run left there.

    Raises ModelError if that cannot be done, because of a link in the app for example.
    """
    files = _files(wanted) if wanted else {}
    try:
        for path in (*(f"{FOLDER}/{name}" for name in MODULES), LIST, PROFILE):
            if path in files:
                place = orders.place(root, path)
                place.parent.mkdir(parents=True, exist_ok=True)
                whole.write(place, files[path].encode())
            elif _is_ours(root):
                _drop(root / path)
        for folder in (f"{FOLDER}/models", FOLDER):
            with contextlib.suppress(OSError):
                (root / folder).rmdir()
    except OSError as error:
        raise ModelError(
            "What fetches the models at boot could not be written.",
            f"{error.strerror}: {error.filename}.",
            "Make room on the disk, or correct its permissions, and try again.",
        ) from error


def _files(wanted: Sequence[Order]) -> Mapping[str, str]:
    own = resources.files("slugfit")
    listed = {"version": 1, "models": [asdict(order) for order in wanted]}
    return {
        **{f"{FOLDER}/{name}": own.joinpath(name).read_text("utf-8") for name in MODULES},
        LIST: json.dumps(listed, indent=2) + "\n",
        PROFILE: _SCRIPT,
    }


def _is_ours(root: Path) -> bool:
    """Whether an earlier run of ours left the script there; it goes last."""
    try:
        return (root / PROFILE).read_text("utf-8").startswith(_FIRST)
    except (OSError, UnicodeDecodeError):
        return False


def _drop(place: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        place.unlink()

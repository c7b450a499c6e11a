"""The engine as a part of somebody's app: one file, a hook, and what the hook runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit import __version__, single, vendor
from slugfit import hook as hooks
from slugfit.commands import given
from slugfit.errors import TreeError

if TYPE_CHECKING:
    import argparse


def install_hook(options: argparse.Namespace) -> int:
    """Vendor this engine into an app."""
    return given.say(vendor.install(options.app))


def update_hook(options: argparse.Namespace) -> int:
    """Bring an app's vendored engine to this version."""
    return given.say(vendor.update(options.app))


def single_file(options: argparse.Namespace) -> int:
    """Write the engine as one file."""
    try:
        single.write(options.file)
    except OSError as error:
        raise TreeError(f"{options.file} cannot be written.", str(error)) from error
    return given.say([f"{options.file} is Slugfit {__version__}."])


def hook(options: argparse.Namespace) -> int:
    """Slim the build directory from within bin/post_compile."""
    if hooks.WRAPPED in os.environ:
        return given.say(
            ["Slugfit's buildpack slims after this hook; there is nothing to do here."]
        )
    place = hooks.Place(
        options.root.absolute(), _folder("CACHE_DIR", made=True), _folder("ENV_DIR", made=False)
    )
    options.env_dir = place.env_dir
    code, told = hooks.run(place, lambda: given.config(options))
    given.say(told)
    return code


def _folder(variable: str, *, made: bool) -> Path | None:
    """The folder that the platform names, if it does; one that is ``made`` need not be there."""
    named = os.environ.get(variable)
    return Path(named).absolute() if named and (made or os.path.isdir(named)) else None

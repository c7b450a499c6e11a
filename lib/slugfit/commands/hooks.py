"""The engine as a part of somebody's app: one file, a hook, and what the hook runs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit import __version__
from slugfit.base.errors import Exit, TreeError
from slugfit.commands.command import Command
from slugfit.deploy.hook_files import install_hook, remove_hook, update_hook
from slugfit.deploy.post_compile import WRAPPED_VARIABLE, BuildPlace, slim_as_hook
from slugfit.deploy.single_file import write_single_file

if TYPE_CHECKING:
    import argparse

    from slugfit.base.console import Console


@dataclass(frozen=True)
class AppOptions:
    """For commands on an app's source."""

    app: Path


def _add_app(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app", metavar="APP", type=Path, help="the app's folder")


def run_install_hook(options: AppOptions, console: Console) -> int:
    """Vendor this engine into an app."""
    for line in install_hook(options.app):
        console.say(line)
    return Exit.OK


def run_update_hook(options: AppOptions, console: Console) -> int:
    """Bring an app's vendored engine to this version."""
    for line in update_hook(options.app):
        console.say(line)
    return Exit.OK


def run_remove_hook(options: AppOptions, console: Console) -> int:
    """Take an app's vendored engine out again."""
    for line in remove_hook(options.app):
        console.say(line)
    return Exit.OK


@dataclass(frozen=True)
class HookOptions:
    """For ``hook``."""

    root: Path


def configure_hook(parser: argparse.ArgumentParser) -> None:
    """The arguments of HookOptions."""
    parser.add_argument(
        "root", metavar="DIR", type=Path, nargs="?", default=Path(), help="the build directory"
    )


def run_hook(options: HookOptions, console: Console) -> int:
    """Slim the build directory from within bin/post_compile."""
    if WRAPPED_VARIABLE in os.environ:
        console.say("Slugfit's buildpack slims after this hook; there is nothing to do here.")
        return Exit.OK
    env_dir = _named_folder("ENV_DIR")
    place = BuildPlace(
        options.root.absolute(),
        # The cache need not be there yet.
        _named_folder("CACHE_DIR"),
        env_dir if env_dir is not None and env_dir.is_dir() else None,
    )
    ending = slim_as_hook(place)
    for line in ending.lines:
        console.say(line)
    return ending.code


def _named_folder(variable: str) -> Path | None:
    """The folder that the platform's variable names, absolute; None if it names none."""
    named = os.environ.get(variable)
    return Path(named).absolute() if named else None


@dataclass(frozen=True)
class SingleFileOptions:
    """For ``single-file``."""

    file: Path


def configure_single_file(parser: argparse.ArgumentParser) -> None:
    """The arguments of SingleFileOptions."""
    parser.add_argument("file", metavar="FILE", type=Path, help="such as slugfit.pyz")


def run_single_file(options: SingleFileOptions, console: Console) -> int:
    """Write the engine as one file."""
    try:
        write_single_file(options.file)
    except OSError as error:
        raise TreeError(f"{options.file} cannot be written.", str(error)) from error
    console.say(f"{options.file} is Slugfit {__version__}.")
    return Exit.OK


INSTALL_HOOK = Command(
    "install-hook",
    "Make an app's bin/post_compile slim its builds",
    AppOptions,
    _add_app,
    run_install_hook,
)
UPDATE_HOOK = Command(
    "update-hook",
    "Bring an app's hook to this version of Slugfit",
    AppOptions,
    _add_app,
    run_update_hook,
)
REMOVE_HOOK = Command(
    "remove-hook",
    "Take Slugfit's hook out of an app again",
    AppOptions,
    _add_app,
    run_remove_hook,
)
HOOK = Command(
    "hook", "Slim a build from within bin/post_compile", HookOptions, configure_hook, run_hook
)
SINGLE_FILE = Command(
    "single-file",
    "Write Slugfit as one file",
    SingleFileOptions,
    configure_single_file,
    run_single_file,
)

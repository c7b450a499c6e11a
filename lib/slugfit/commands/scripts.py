"""What the scripts of the buildpack ask for: not for people, so the help does not list them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from slugfit.base.errors import Exit, UsageError
from slugfit.commands.command import Command, need_folder
from slugfit.deploy.ending import EarlyStep, ending_before_slimming, ending_of
from slugfit.deploy.process_variables import (
    applying_variables,
    export_script,
    profile_script,
    variable_pairs,
)
from slugfit.scan.ignore_files import read_ignore_files
from slugfit.settings.config import read_config, read_pyproject
from slugfit.settings.config_vars import ConfigVars

if TYPE_CHECKING:
    import argparse

    from slugfit.base.console import Console
    from slugfit.settings.config import Config


@dataclass(frozen=True)
class ScriptOptions:
    """For commands of a build: the build directory, and the config vars as files."""

    root: Path
    env_dir: Path | None

    def config_vars(self) -> ConfigVars:
        """The app's config vars."""
        return ConfigVars(self.env_dir)

    def settings(self) -> Config:
        """The settings; raises UsageError, and TreeError if the folder is not there."""
        need_folder(self.root)
        return read_config(self.config_vars().settings(), read_pyproject(self.root))


def _add_build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("root", metavar="BUILD_DIR", type=Path)
    parser.add_argument("--env-dir", metavar="ENV_DIR", type=Path)


@dataclass(frozen=True)
class ConfigOptions(ScriptOptions):
    """For ``config``."""

    get: str | None


def configure_config(parser: argparse.ArgumentParser) -> None:
    """The arguments of ConfigOptions."""
    _add_build(parser)
    parser.add_argument("--get", metavar="NAME")


def run_config(options: ConfigOptions, console: Console) -> int:
    """Check the configuration; with --get print one value."""
    config = options.settings()
    read_ignore_files(
        options.root, keep=config.keep, remove=config.remove, slugignore_applied=False
    )
    if options.get:
        if not hasattr(config, options.get):
            raise UsageError(f"There is no setting called {options.get!r}.")
        value = getattr(config, options.get)
        console.say(str({True: "1", False: ""}[value] if isinstance(value, bool) else value))
    return Exit.OK


@dataclass(frozen=True)
class EnvironmentOptions(ScriptOptions):
    """For ``environment``."""

    into: Path


def configure_environment(parser: argparse.ArgumentParser) -> None:
    """The arguments of EnvironmentOptions."""
    _add_build(parser)
    parser.add_argument("--into", metavar="FOLDER", type=Path, required=True)


def run_environment(options: EnvironmentOptions, _: Console) -> int:
    """Write ``profile``, ``export`` and ``pairs`` into a new folder, after one look at the tree."""
    options.settings()
    chosen = applying_variables(options.root, options.config_vars().names)
    options.into.mkdir(parents=True)
    for name, render in (
        ("profile", profile_script),
        ("export", export_script),
        ("pairs", variable_pairs),
    ):
        (options.into / name).write_text(render(chosen), "utf-8")
    return Exit.OK


@dataclass(frozen=True)
class PrepareOptions(ScriptOptions):
    """For ``prepare``."""

    into: Path


def run_prepare(options: PrepareOptions, console: Console) -> int:
    """Lay out what the app gets for the wrapped buildpack's run; warnings go to stderr."""
    from slugfit.wrapping.prepare import prepare_app, write_prepared  # noqa: PLC0415

    prepared = prepare_app(options.root, options.settings())
    write_prepared(prepared, options.into)
    for note in prepared.notes:
        console.say(note)
    console.err.write(prepared.warning)
    return Exit.OK


@dataclass(frozen=True)
class SettleOptions(ScriptOptions):
    """For ``settle``."""

    wheels: Path


def configure_settle(parser: argparse.ArgumentParser) -> None:
    """The arguments of SettleOptions."""
    _add_build(parser)
    parser.add_argument("--wheels", metavar="FOLDER", type=Path, required=True)


def run_settle(options: SettleOptions, console: Console) -> int:
    """After that run: prune the cache of wheels; on stderr, what came in spite of TORCH."""
    from slugfit.wrapping.installed import read_installed  # noqa: PLC0415
    from slugfit.wrapping.torch import gpu_arrived  # noqa: PLC0415
    from slugfit.wrapping.wheels import kept_wheels_line, prune_wheels  # noqa: PLC0415

    config = options.settings()
    installed = read_installed(options.root)
    line = kept_wheels_line(prune_wheels(options.wheels, installed.versions))
    if line:
        console.say(line)
    if config.torch:
        console.err.write(gpu_arrived(installed, config.torch))
    return Exit.OK


@dataclass(frozen=True)
class ConcludeOptions(ScriptOptions):
    """For ``conclude``."""

    status: int
    step: EarlyStep | None


def configure_conclude(parser: argparse.ArgumentParser) -> None:
    """The arguments of ConcludeOptions."""
    _add_build(parser)
    parser.add_argument("--status", metavar="NUMBER", type=int, required=True)
    parser.add_argument(
        "--step", choices=get_args(EarlyStep), help="what it ran, if it was not slimming"
    )


def run_conclude(options: ConcludeOptions, console: Console) -> int:
    """After the engine ended with this status: put back what it left, say what that means.

    The exit code is the build's: 0 if it goes on.
    """
    if options.step:
        ending = ending_before_slimming(
            options.step, options.status, lambda: bool(options.settings().models)
        )
    else:
        ending = ending_of(options.root, options.status, lambda: options.settings().strict)
    for line in ending.lines:
        console.say(line)
    return ending.code


CONFIG = Command("config", "Check the settings", ConfigOptions, configure_config, run_config)
ENVIRONMENT = Command(
    "environment",
    "Write the processes' variables",
    EnvironmentOptions,
    configure_environment,
    run_environment,
)
PREPARE = Command(
    "prepare", "Lay out the app's files", PrepareOptions, configure_environment, run_prepare
)
SETTLE = Command("settle", "Prune the wheels", SettleOptions, configure_settle, run_settle)
CONCLUDE = Command(
    "conclude", "Say how the build ends", ConcludeOptions, configure_conclude, run_conclude
)

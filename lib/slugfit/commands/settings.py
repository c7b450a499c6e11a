"""The options with which a command is told its settings, and the facts of its run."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.commands.command import TreeOptions, add_tree, need_folder, setting_pair
from slugfit.settings.config import read_config, read_pyproject
from slugfit.settings.config_vars import ConfigVars
from slugfit.settings.current_run import Run
from slugfit.settings.options import OPTIONS, SETTING_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.settings.config import Config


@dataclass(frozen=True)
class SettingsOptions(TreeOptions):
    """For commands that follow the settings.

    ``--config`` wins over config vars, and they win over pyproject.toml.
    """

    config: list[tuple[str, str]]
    limit: str | None
    app: Path | None
    env_dir: Path | None

    def config_vars(self) -> ConfigVars:
        """The config vars, with what the command line sets."""
        given = dict(self.config)
        if self.limit:
            given["SLUGFIT_LIMIT"] = self.limit
        return ConfigVars(self.env_dir, given=given)

    def source(self) -> Path | None:
        """The app's folder where it is not part of the tree, absolute."""
        return None if self.app is None else self.app.absolute()

    def settings(self) -> Config:
        """The settings; raises UsageError, and TreeError if a folder is not there."""
        need_folder(self.root)
        if self.app is not None:
            need_folder(self.app)
        project = read_pyproject(self.app or self.root)
        return read_config(self.config_vars().settings(), project, self.defaults())

    def defaults(self) -> Mapping[str, str]:
        """What is set where neither the user nor the app sets it, by the options' names."""
        return {}

    def facts(self) -> Run:
        """The facts of a run that nobody waits for."""
        return Run(self.config_vars(), self.source())


def own_name(name: str) -> str:
    """The name of Slugfit's setting that somebody means who leaves out its beginning; "" if none.

    For a build that is a config var of the app's own.
    """
    known = {option.name for option in OPTIONS}
    return SETTING_PREFIX + name.upper() if name.upper() in known else ""


def own_setting(text: str) -> tuple[str, str]:
    """An argument that is a setting of Slugfit, by its whole name."""
    name, value = setting_pair(text)
    if own_name(name):
        raise argparse.ArgumentTypeError(f"{name} is no setting of Slugfit; {own_name(name)} is")
    return name, value


def add_settings(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """The arguments of SettingsOptions; returns the group for what only build scripts say."""
    add_tree(parser)
    parser.add_argument(
        "--config",
        metavar="K=V",
        action="append",
        default=[],
        type=own_setting,
        help="a setting, such as SLUGFIT_BYTECODE=keep (also read from the environment)",
    )
    parser.add_argument("--limit", metavar="LIMIT", help="the same as --config SLUGFIT_LIMIT=LIMIT")
    parser.add_argument(
        "--app",
        metavar="APP",
        type=Path,
        help="the app's folder, if DIR holds only what is installed for it",
    )
    scripts = parser.add_argument_group("for build scripts")
    scripts.add_argument(
        "--env-dir", metavar="DIR", type=Path, help="config vars as files, as buildpacks get them"
    )
    return scripts

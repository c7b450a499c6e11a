"""What a command is: its name, its options and what it does, all in one place."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from slugfit.base.errors import TreeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from slugfit.base.console import Console


OptionsT = TypeVar("OptionsT")
"""A dataclass whose fields are the arguments that the command's parser knows."""


@dataclass(frozen=True)
class Command(Generic[OptionsT]):
    """One command of the command line."""

    name: str
    help: str
    """One line for the list of commands, without its stop."""
    options: type[OptionsT]
    configure: Callable[[argparse.ArgumentParser], None]
    """Adds the arguments: one for each field of ``options``."""
    run: Callable[[OptionsT, Console], int]
    """Does the work; returns the exit code."""
    changes_tree: bool = False
    """Whether the command may leave an open transaction in ``root`` when it is interrupted."""

    def execute(self, arguments: argparse.Namespace, console: Console) -> int:
        """Run with parsed arguments."""
        values = {item.name: getattr(arguments, item.name) for item in fields(self.options)}  # type: ignore[arg-type]
        return int(self.run(self.options(**values), console))


@dataclass(frozen=True)
class TreeOptions:
    """For commands on a tree."""

    root: Path
    json: bool


def add_tree(parser: argparse.ArgumentParser) -> None:
    """The arguments of TreeOptions."""
    parser.add_argument(
        "root", metavar="DIR", type=Path, help="a slug's root, a virtual environment, a prefix"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def need_folder(place: Path) -> None:
    """Raise TreeError if ``place`` is not a folder."""
    if not place.is_dir():
        raise TreeError(
            f"{place} is not a folder.",
            todo="Name a slug's root, an environment or an app's folder.",
        )


def setting_pair(text: str) -> tuple[str, str]:
    """An argument of the form NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{name!r} is not of the form NAME=VALUE")
    return name, value

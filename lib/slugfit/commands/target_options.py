"""For commands that forecast: what the app will run on, and where its packages come from."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass

from slugfit.catalog.stacks import ARCHITECTURES, STACK, STACKS
from slugfit.forecast.pip_indexes import Indexes
from slugfit.forecast.target import Target, machine


@dataclass(frozen=True)
class TargetOptions:
    """What is forecast for."""

    python: tuple[int, int]
    stack: str
    arch: str
    extra: list[str]
    limit: str
    """"" for the usual one."""
    index_url: str
    extra_index_url: list[str]
    fresh: bool

    def target(self) -> Target:
        """What the app will run on."""
        return Target(self.python, ARCHITECTURES[self.arch], STACKS[self.stack], self.stack)

    def indexes(self) -> Indexes:
        """Where its packages come from."""
        return Indexes(self.index_url, tuple(self.extra_index_url))


def add_target(parser: argparse.ArgumentParser) -> None:
    """The arguments of TargetOptions."""
    parser.add_argument(
        "--python",
        metavar="X.Y",
        type=_python,
        default=sys.version_info[:2],
        help="the app's Python (the one that runs this)",
    )
    parser.add_argument("--stack", choices=sorted(STACKS), default=STACK, help=f"({STACK})")
    parser.add_argument(
        "--arch", choices=sorted(ARCHITECTURES), default=machine(), help="(this machine's)"
    )
    parser.add_argument(
        "--extra", metavar="NAME", action="append", default=[], help="an extra of the project"
    )
    parser.add_argument(
        "--limit", metavar="LIMIT", default="", help="a platform's name or a size (heroku)"
    )
    parser.add_argument(
        "--index-url", metavar="URL", default="", help="the package index, as for pip"
    )
    parser.add_argument(
        "--extra-index-url", metavar="URL", action="append", default=[], help="another one"
    )
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="ask pip and the index anew, not the cache",
    )


def usual_target() -> TargetOptions:
    """What the options are where none is given."""
    return TargetOptions(sys.version_info[:2], STACK, machine(), [], "", "", [], fresh=False)


def _python(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(3)\.(\d{1,2})(\.\d+)?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a version such as 3.14")
    return int(match[1]), int(match[2])

"""The command line: parses, prints, catches and exits."""

from __future__ import annotations

import argparse
import codecs
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any

from slugfit import __version__
from slugfit.apply.transaction import recover_tree
from slugfit.base.console import Console
from slugfit.base.errors import EXIT_CODES, Exit, SlugfitError
from slugfit.base.style import plain_ascii, style_of
from slugfit.commands.for_scripts import SCRIPT_COMMANDS
from slugfit.report.failures import error_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slugfit.commands.command import Command


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    codecs.register_error(plain_ascii.__name__, plain_ascii)
    for stream in (sys.stdout, sys.stderr):
        # File names can hold any bytes, and a stream may know ASCII alone; no report fails on it.
        stream.reconfigure(errors=plain_ascii.__name__)  # type: ignore[union-attr]
    signal.signal(signal.SIGTERM, _interrupt)
    parsed = _parser(_commands(arguments)).parse_args(arguments)
    styles = [style_of(stream, os.environ) for stream in (sys.stdout, sys.stderr)]
    console = Console(sys.stdout, sys.stderr, styles[0], styles[1].live)
    return _run(parsed.command, parsed, console)


def _commands(arguments: Sequence[str]) -> tuple[Command[Any], ...]:
    """Those that may be meant."""
    if any(arguments[:1] == [command.name] for command in SCRIPT_COMMANDS):
        return SCRIPT_COMMANDS
    # A build starts commands for scripts several times, and slim: they do not wait for the others.
    if arguments[:1] == ["slim"]:
        from slugfit.commands.slim import SLIM  # noqa: PLC0415

        return (SLIM,)
    from slugfit.commands.for_people import COMMANDS  # noqa: PLC0415

    return COMMANDS


def _run(command: Command[Any], parsed: argparse.Namespace, console: Console) -> int:
    try:
        code = command.execute(parsed, console)
        sys.stdout.flush()
        return code  # noqa: TRY300 - a reader that has gone is noticed here
    except SlugfitError as error:
        _tell(error, console)
        return int(error.code)
    except BrokenPipeError:
        # The reader has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.OK)
    except KeyboardInterrupt:
        return _stopped(command, parsed, console)
    except Exception:  # noqa: BLE001 - the last resort of a build that must say something
        traceback.print_exc()
        console.complain("slugfit: an error inside Slugfit; nothing was lost.")
        return int(Exit.INTERNAL)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _stopped(command: Command[Any], parsed: argparse.Namespace, console: Console) -> int:
    """Finish putting back, which a second signal may have stopped as well; no third one can."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        if command.changes_tree:
            recover_tree(parsed.root)
    except SlugfitError as error:
        _tell(error, console)
        return int(error.code)
    console.complain("slugfit: interrupted; a change that was not complete was put back.")
    return int(Exit.INTERRUPTED)


def _tell(error: SlugfitError, console: Console) -> None:
    for number, line in enumerate(error_sentences(error)):
        console.complain(f"slugfit: {line}" if number == 0 else f"  {line}")


def _parser(commands: Iterable[Command[Any]]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="slugfit",
        description="Makes a Python app fit its platform, and proves that it still works.",
        epilog="exit codes:\n"
        + "".join(f"{code:>3}  {meaning}\n" for code, meaning in EXIT_CODES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"slugfit {__version__}")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in commands:
        verb = verbs.add_parser(command.name, help=command.help, description=command.help + ".")
        verb.set_defaults(command=command)
        command.configure(verb)
    return parser

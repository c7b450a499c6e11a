"""The command line: the only place that prints, catches and exits."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit import __version__, stash
from slugfit.commands import builds, trees, vendored
from slugfit.errors import Exit, SlugfitError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_EXITS = """exit codes:
  0  done (also when everything was put back: the report says so)
  1  an error inside Slugfit
  2  the command line or the configuration cannot be used
  3  over the limit, and SLUGFIT_OVER_LIMIT=fail
  4  a roll-back failed; what was moved is kept and named
  5  verification failed and everything was put back (SLUGFIT_STRICT=1)
  6  no Python app, environment or interpreter there
  7  the tree could not be read or changed; everything was put back
  8  a step of a local build failed
  9  the built slug did not start or answer
 10  a model that the app asks for could not be fetched
 11  no time was left for slimming (SLUGFIT_BUILD_MINUTES); nothing was changed
"""


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # File names can hold any bytes; no report may fail on one.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    signal.signal(signal.SIGTERM, _interrupt)
    options = _parser().parse_args(arguments)
    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code  # noqa: TRY300 - a reader that has gone is noticed here
    except SlugfitError as error:
        _tell(error)
        return int(error.code)
    except BrokenPipeError:
        # The reader has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.OK)
    except KeyboardInterrupt:
        return _stopped(options)
    except Exception:  # noqa: BLE001 - the last resort of a build that must say something
        traceback.print_exc()
        print("slugfit: an error inside Slugfit; nothing was lost.", file=sys.stderr)
        return int(Exit.INTERNAL)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _stopped(options: argparse.Namespace) -> int:
    """Finish putting back, which a second signal may have stopped as well; no third one can."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        if options.run in (trees.slim, trees.restore, trees.recover):
            stash.recover(options.root)
    except SlugfitError as error:
        _tell(error)
        return int(error.code)
    print("slugfit: interrupted; everything was put back.", file=sys.stderr)
    return int(Exit.INTERRUPTED)


def _tell(error: SlugfitError) -> None:
    for number, line in enumerate(filter(None, (error.what, error.why, error.todo))):
        print(f"slugfit: {line}" if number == 0 else f"  {line}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="slugfit",
        description="Makes a Python app fit its platform, and proves that it still works.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"slugfit {__version__}")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_build(verbs)
    for name, run, text in (
        ("plan", trees.plan, "Show what slim would do; changes nothing"),
        ("slim", trees.slim, "Slim a tree, verify it, measure it"),
        ("measure", trees.measure, "Show where the bytes are; changes nothing"),
    ):
        verb = _tree_verb(verbs, name, run, text)
        _add_settings(verb)
        if name == "slim":
            verb.add_argument(
                "--keep-stash", action="store_true", help="keep what went, for restore"
            )
            verb.add_argument(
                "--store",
                type=Path,
                metavar="DIR",
                help="start from the whole tree that this folder remembers, and keep there what "
                "goes: for platforms that cache the slimmed tree",
            )
    wanted = _tree_verb(
        verbs, "models", builds.models, "Fetch the models that pyproject.toml asks for"
    )
    wanted.add_argument(
        "--cache-dir", metavar="DIR", type=Path, help="keeps the files for the next time"
    )
    wanted.add_argument("--env-dir", type=Path, help=argparse.SUPPRESS)
    wanted.add_argument("--build-log", action="store_true", help=argparse.SUPPRESS)
    _tree_verb(verbs, "restore", trees.restore, "Put back what slim --keep-stash set aside")
    _tree_verb(verbs, "recover", trees.recover, "Put back what an interrupted run left")
    why = _tree_verb(verbs, "why", trees.why, "Explain what happens to one file, and why")
    why.add_argument("path", metavar="PATH", help="a file, as seen from DIR")
    _add_settings(why)
    _add_hook_verbs(verbs)
    _add_buildpack_verbs(verbs)
    return parser


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=text, description=text + ".")
    verb.set_defaults(run=run)
    return verb


def _tree_verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    verb = _verb(verbs, name, run, text)
    verb.add_argument(
        "root", metavar="DIR", type=Path, help="a slug's root, a virtual environment, a prefix"
    )
    verb.add_argument("--json", action="store_true", help="print JSON instead of text")
    return verb


def _add_settings(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--config",
        metavar="K=V",
        action="append",
        default=[],
        type=_pair,
        help="a setting, such as SLUGFIT_BYTECODE=keep (also read from the environment)",
    )
    verb.add_argument("--limit", metavar="LIMIT", help="the same as --config SLUGFIT_LIMIT=LIMIT")
    verb.add_argument(
        "--app",
        metavar="APP",
        type=Path,
        help="the app's folder, if DIR holds only what is installed for it",
    )
    # What bin/compile adds: config vars as files, the build cache, the log's form.
    verb.add_argument("--env-dir", type=Path, help=argparse.SUPPRESS)
    verb.add_argument("--cache-dir", type=Path, help=argparse.SUPPRESS)
    verb.add_argument("--build-log", action="store_true", help=argparse.SUPPRESS)
    verb.add_argument("--started", type=float, help=argparse.SUPPRESS)
    verb.add_argument("--app-too", action="store_true", help=argparse.SUPPRESS)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{name!r} is not of the form NAME=VALUE")
    return name, value


def _add_build(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = _verb(verbs, "build", builds.build, "Build an app's slug here, as the platform will")
    verb.add_argument("app", metavar="APP", type=Path, help="the app's folder")
    verb.add_argument(
        "--output", metavar="DIR", type=Path, help="for slug.tgz and report.json (slug-NAME)"
    )
    verb.add_argument(
        "--cache", metavar="DIR", type=Path, help="build cache; a second build is much faster"
    )
    verb.add_argument(
        "--config", metavar="K=V", action="append", default=[], type=_pair, help="a config var"
    )
    verb.add_argument(
        "--upstream",
        metavar="PATH",
        help="the standard buildpack to wrap: a folder, an archive or URL#ref "
        "(default: the local stand-in)",
    )
    verb.add_argument("--limit", metavar="LIMIT", help="a platform's name or a size such as 500M")
    verb.add_argument("--boot", action="store_true", help="start the written slug and ask it for /")
    verb.add_argument("--json", action="store_true", help="print report.json instead of the log")


def _add_hook_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, run, text in (
        ("install-hook", vendored.install_hook, "Make an app's bin/post_compile slim its builds"),
        ("update-hook", vendored.update_hook, "Bring an app's hook to this version of Slugfit"),
    ):
        _verb(verbs, name, run, text).add_argument(
            "app", metavar="APP", type=Path, help="the app's folder"
        )
    hook = _verb(verbs, "hook", vendored.hook, "Slim a build from within bin/post_compile")
    hook.add_argument(
        "root", metavar="DIR", type=Path, nargs="?", default=Path(), help="the build directory"
    )
    single = _verb(verbs, "single-file", vendored.single_file, "Write Slugfit as one file")
    single.add_argument("file", metavar="FILE", type=Path, help="such as slugfit.pyz")


def _add_buildpack_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What bin/* ask for; not for people, so the help does not list them."""
    config = verbs.add_parser("config")
    config.set_defaults(run=builds.config)
    config.add_argument("root", type=Path)
    config.add_argument("--get")
    environment = verbs.add_parser("environment")
    environment.set_defaults(run=builds.environment)
    environment.add_argument("root", type=Path)
    environment.add_argument("--format", choices=("profile", "export", "pairs"), required=True)
    prepare = verbs.add_parser("prepare")
    prepare.set_defaults(run=builds.prepare)
    prepare.add_argument("root", type=Path)
    prepare.add_argument("--into", type=Path, required=True)
    settle = verbs.add_parser("settle")
    settle.set_defaults(run=builds.settle)
    settle.add_argument("root", type=Path)
    settle.add_argument("--wheels", type=Path, required=True)
    for verb in (config, environment, prepare, settle):
        verb.add_argument("--env-dir", type=Path)
    labels = verbs.add_parser("labels")
    labels.set_defaults(run=builds.labels)
    labels.add_argument("cache_dir", type=Path)
    merge = verbs.add_parser("buildpack-report")
    merge.set_defaults(run=builds.buildpack_report)
    merge.add_argument("cache_dir", type=Path)
    merge.add_argument("--upstream", type=Path)

"""Usage: make stack [STACK="APP… [--upstream FOLDER] [--archives FOLDER] [--smoke] [--keep]"]."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stack import archives, image, wheelhouse
from stack import engine as engines
from stack.app import App
from stack.build import BUILDPACK, Inputs
from stack.journal import Journal, StopError
from stack.life import Life
from stack.programs import BrokenError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stack.engine import Engine
    from stack.image import Images

FIXTURES = BUILDPACK / "fixtures"
STAND_IN = BUILDPACK / "lib" / "standin"
WORK = BUILDPACK / ".work" / "stack"
DEFAULT = ("flask_onnx", "django_web")
SMOKE = ("pip_empty",)
UNAVAILABLE = 2


def main() -> int:
    """Live every app's life: 0 all passed, 1 a step failed, 2 no Docker or no images here."""
    options = _options(sys.argv[1:])
    apps = [_app(name) for name in options.apps or (SMOKE if options.smoke else DEFAULT)]
    # So that what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    WORK.mkdir(parents=True, exist_ok=True)
    journal = Journal(sys.stdout)
    try:
        with engines.obtain(WORK, journal.say) as engine:
            journal.say(f"Docker {engine.version}, {engine.origin}")
            images = image.obtain(engine, WORK, journal.say)
            journal.say(f"Stack: {images.origin}; its python3 is {images.python.version}")
            for app in apps:
                _live(app, options, engine, images, journal)
    except UnavailableError as error:
        journal.say(f"The stack harness was skipped: {error}.")
        return 0 if options.or_skip else UNAVAILABLE
    except BrokenError as error:
        _harness_failed(journal, error)
    journal.say()
    journal.say(journal.total())
    return int(journal.failed > 0)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="stack", description=__doc__)
    default = ", ".join(DEFAULT)
    parser.add_argument("apps", nargs="*", help=f"fixtures or folders of apps ({default})")
    parser.add_argument("--smoke", action="store_true", help=f"the part for CI: {SMOKE[0]}")
    parser.add_argument(
        "--upstream", type=Path, default=STAND_IN, help="the standard buildpack to wrap"
    )
    parser.add_argument(
        "--archives", type=Path, help="Python archives that --upstream would download"
    )
    parser.add_argument("--keep", action="store_true", help="keep the slug and the build cache")
    parser.add_argument("--or-skip", action="store_true", help="no Docker to be had is no failure")
    return parser.parse_args(arguments)


def _app(name: str) -> App:
    """A fixture by its name, or an app by its folder."""
    folder = FIXTURES / name if (FIXTURES / name).is_dir() else Path(name).resolve()
    if not folder.is_dir():
        known = ", ".join(sorted(path.name for path in FIXTURES.iterdir()))
        sys.exit(f"{name} is neither a folder nor a fixture (these are: {known})")
    return App(folder.name, folder)


def _live(
    app: App, options: argparse.Namespace, engine: Engine, images: Images, journal: Journal
) -> None:
    """One app's life, with its logs in a folder of its own."""
    work = WORK / "logs" / app.name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)

    def gather() -> tuple[str, Inputs]:
        upstream, found, python = options.upstream.resolve(), options.archives, images.python
        if found:
            python = replace(python, version=archives.version(found))
        folder = wheelhouse.fill(app.folder, upstream, python, WORK)
        words = f"{len(list(folder.iterdir()))} wheels for Python {python.version}"
        return words, Inputs(app, upstream, folder, python.version, found)

    journal.say()
    journal.say(f"{app.name} (logs: {work.relative_to(BUILDPACK)})")
    try:
        inputs = journal.step("wheelhouse", gather)
        Life(engine, images, inputs, work, journal).live()
    except StopError as stopped:
        journal.say(f"  The later steps need `{stopped}`; they were not tried.")
    except BrokenError as error:
        _harness_failed(journal, error)
    finally:
        for name in () if options.keep else ("slug.tgz", "packed.tgz", "cache.tar"):
            (work / name).unlink(missing_ok=True)


def _harness_failed(journal: Journal, error: BrokenError) -> None:
    journal.failed += 1
    journal.say(f"  The harness itself failed: {error}\n{error.said}")


if __name__ == "__main__":
    sys.exit(main())

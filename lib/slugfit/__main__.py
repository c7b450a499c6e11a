"""Start the engine from its folder: ``python -I -S -B lib/slugfit COMMAND``.

A folder is given, not ``-m``: from a build directory ``-m`` would import whatever package of this
name the app has. An archive starts it from its own ``__main__``, an installed copy by ``-m``. This
file has to be understood by every Python from 3.7: it is where an old one is told.
"""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


OLDEST = (3, 10)
CHECK = "import sys; sys.exit(sys.version_info < (3, 10))"


def start(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if sys.version_info < OLDEST:
        return elsewhere(given)
    # What is slimmed can be the very installation that runs this.
    sys.dont_write_bytecode = True
    # A run makes next to no cycles, and millions of objects that last: looking through them for
    # cycles took a fifth of a plan's time, and touched memory that its forks share with it.
    gc.disable()
    from slugfit.cli import main  # noqa: PLC0415 - not to be read by an old Python

    return main(given)


def elsewhere(arguments: Sequence[str]) -> int:
    """Start again with a Python of this machine that is new enough."""
    # The app's libraries would be taken for that Python's own.
    environment = {name: os.environ[name] for name in os.environ if name != "LD_LIBRARY_PATH"}
    place = os.path.dirname(os.path.abspath(__file__))
    if os.path.isfile(os.path.dirname(place)):
        place = os.path.dirname(place)
    for program in on_path(os.environ.get("PATH", os.defpath)):
        if is_new_enough(program, environment):
            # The same command line, without a shell in between.
            os.execve(program, [program, "-I", "-S", "-B", place, *arguments], environment)
    sys.stderr.write(
        "slugfit: Python 3.10 or newer is needed, and none was found; nothing was changed.\n"
    )
    # What a deploy runs must not fail for want of it.
    return 0 if arguments[:1] == ["hook"] else 1


def on_path(path: str) -> list[str]:
    """The Pythons of this machine in the order to try them: lib/python.sh has the same one.

    The first python3, as people choose it, then each python3.N with N from 10 on, the newest first.
    """
    first: list[str] = []
    numbered: list[tuple[int, str]] = []
    # An empty folder means the current one, which may be an app's.
    for folder in filter(None, path.split(os.pathsep)):
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            match = re.match(r"python3(?:\.([1-9][0-9]+))?\Z", name)
            program = os.path.join(folder, name)
            if not match or not os.path.isfile(program) or not os.access(program, os.X_OK):
                continue
            if match[1]:
                numbered.append((int(match[1]), program))
            else:
                first.append(program)
    # Stable: of several with one number the first on PATH comes first.
    numbered.sort(key=lambda entry: entry[0], reverse=True)
    return first[:1] + [program for _, program in numbered]


def is_new_enough(program: str, environment: dict[str, str]) -> bool:
    """Whether it can run the engine. Found is not enough: a version manager's may start nothing."""
    check = [program, "-I", "-S", "-B", "-c", CHECK]
    try:
        return not subprocess.call(
            check, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return False


if __name__ == "__main__":
    if not __package__:
        sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.exit(start())

"""Start the engine from its folder: ``python -I -S -B lib/slugfit COMMAND``.

A folder is given, not ``-m``: from a build directory ``-m`` would import whatever package of this
name the app has. An archive starts it from its own ``__main__``, an installed copy by ``-m``. This
file has to be understood by every Python from 3.7: it is where an old one is told.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

OLDEST = (3, 10)
NAMES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python3")
CHECK = "import sys; sys.exit(sys.version_info < (3, 10))"


def start(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if sys.version_info < OLDEST:
        return elsewhere(given)
    # What is slimmed can be the very installation that runs this.
    sys.dont_write_bytecode = True
    from slugfit.cli import main  # noqa: PLC0415 - not to be read by an old Python

    return main(given)


def elsewhere(arguments: Sequence[str]) -> int:
    """Start again with a Python of this machine that is new enough."""
    # The app's libraries would be taken for that Python's own.
    environment = {name: os.environ[name] for name in os.environ if name != "LD_LIBRARY_PATH"}
    place = os.path.dirname(os.path.abspath(__file__))
    if os.path.isfile(os.path.dirname(place)):
        place = os.path.dirname(place)
    for name in filter(None, map(shutil.which, NAMES)):
        check = [name, "-I", "-S", "-B", "-c", CHECK]
        if subprocess.call(check, env=environment, stderr=subprocess.DEVNULL) == 0:
            # The same command line, without a shell in between.
            os.execve(name, [name, "-I", "-S", "-B", place, *arguments], environment)
    sys.stderr.write(
        "slugfit: Python 3.10 or newer is needed, and none was found; nothing was changed.\n"
    )
    # What a deploy runs must not fail for want of it.
    return 0 if arguments[:1] == ["hook"] else 1


if __name__ == "__main__":
    if not __package__:
        sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.exit(start())

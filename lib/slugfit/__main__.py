"""Start the engine from its folder: ``python -I -S -B lib/slugfit COMMAND``.

A folder is given, not ``-m``: from a build directory ``-m`` would import whatever package of this
name the app has.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from slugfit.cli import main

    sys.exit(main(sys.argv[1:]))

"""Usage: make sizes [SIZES="[APP...] [--only TREATMENT...] [--smoke] [--again] [--runs N]"]."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.sets import ROOT
from sizes import results, slugs, table
from sizes.measuring import Asked, measure
from sizes.treatments import LEVELS, TREATMENTS

if TYPE_CHECKING:
    from sizes.results import Result

PAGE = ROOT / "docs" / "bench.md"


def main() -> int:
    """Measure the apps that are named; 1 if Slugfit broke one or one proved nothing, else 0."""
    options = _options()
    asked = Asked(
        options.engine,
        tuple(options.only),
        options.runs,
        again=options.again,
        planned=options.planned,
        exact=options.exact,
    )
    if options.smoke:
        return _smoke(asked)
    apps = () if options.report else slugs.chosen(options.apps)
    for app in apps:
        result = measure(app, asked, slugs.WORK)
        sys.stdout.write(f"{app.name}: {'A LOSS' if is_bad(result) else 'no loss'}\n")
        sys.stdout.flush()
    found = {app: results.load(slugs.kept(app, slugs.WORK)) for app in slugs.every()}
    table.write(PAGE, found)
    return int(any(is_bad(found[app]) for app in apps))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sizes", description=__doc__)
    every = list(TREATMENTS)
    parser.add_argument("apps", nargs="*", help="all, if none is named")
    parser.add_argument("--smoke", action="store_true", help="a tiny app; prints, keeps nothing")
    parser.add_argument("--engine", type=Path, default=ROOT / "lib" / "slugfit")
    parser.add_argument("--only", nargs="+", choices=every, default=every, metavar="TREATMENT")
    parser.add_argument("--again", action="store_true", help="use no kept result")
    parser.add_argument("--planned", action="store_true", help="sizes of the levels' plans alone")
    parser.add_argument("--exact", action="store_true", help="weigh by all bytes, not by a sample")
    parser.add_argument("--runs", type=int, default=3, help="starts of each slug; 0 for none")
    parser.add_argument("--report", action="store_true", help="only write the section anew")
    return parser.parse_args()


def _smoke(asked: Asked) -> int:
    (app,) = slugs.every(slugs.SMOKE)
    with tempfile.TemporaryDirectory(prefix="sizes-") as folder:
        result = measure(app, asked, Path(folder))
    sys.stdout.write(table.render({app: result}))
    return int(is_bad(result))


def is_bad(result: Result) -> bool:
    """Whether Slugfit broke the app, or nothing is proved."""
    ours = [result.treated[each.name] for each in LEVELS if each.name in result.treated]
    return any(each.is_broken or each.undone or each.fault for each in ours)


if __name__ == "__main__":
    sys.exit(main())

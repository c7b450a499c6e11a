"""Usage: make corpus [CORPUS="SET... [--small] [--level LEVEL] [--only TREATMENT] [--again]"]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from corpus import environments, measuring, report, results, sets
from corpus.measuring import SLUGFIT, Options
from corpus.treatments import RIVALS
from unused import packages

TABLE = sets.ROOT / "docs" / "corpus.md"
BLIND = "naive"
"""The treatment that must break something in the small set, or the harness sees nothing."""


def main() -> int:
    """Measure the sets that are named; 1 if Slugfit broke anything, else 0."""
    options = _options()
    if sys.version_info[:2] < sets.PYTHON or (
        sys.version_info[:2] != sets.PYTHON and not options.small
    ):
        wanted = ".".join(map(str, sets.PYTHON))
        sys.stderr.write(f"The pins are for CPython {wanted}: make corpus PYTHON=python{wanted}\n")
        return 2
    if options.small:
        return _small(options.engine)
    if options.level:
        named = [sets.find(name) for name in options.sets] or sets.every()
        settings = (f"SLUGFIT_LEVEL={options.level}", "SLUGFIT_VERIFY=off")
        return int(not packages.run(named, options.engine, settings))
    chosen = [sets.find(name) for name in options.sets] or [
        each for each in sets.every() if each.name != sets.SMALL
    ]
    asked = Options(
        options.engine,
        tuple(options.only),
        again=options.again,
        upstream=not options.no_upstream,
        alone=options.alone,
    )
    found = {}
    if not options.report:
        for each in chosen:
            found[each.name] = measuring.measure(each, asked)
            _write_table(options.engine)
        sys.stdout.write(report.summary(found))
    _write_table(options.engine)
    return int(any(map(_is_bad, found.values())))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="corpus", description=__doc__)
    names = [SLUGFIT, *(rival.name for rival in RIVALS)]
    parser.add_argument("sets", nargs="*", help="all but the small one, if none is named")
    parser.add_argument("--small", action="store_true", help="the part for CI")
    parser.add_argument("--engine", type=Path, default=sets.ROOT / "lib" / "slugfit")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="TREATMENT")
    parser.add_argument("--level", help="try the programs at this level, unverified, and no more")
    parser.add_argument("--again", action="store_true", help="use no kept result")
    parser.add_argument("--no-upstream", action="store_true", help="skip upstream's own tests")
    parser.add_argument("--alone", action="store_true", help="a process for each module (slow)")
    parser.add_argument("--report", action="store_true", help="only write the table anew")
    return parser.parse_args()


def _small(engine: Path) -> int:
    """The part for CI: Slugfit breaks nothing, and the harness would have seen it."""
    result = measuring.measure(sets.find(sets.SMALL), Options(engine, (SLUGFIT, BLIND)))
    sys.stdout.write(report.summary({sets.SMALL: result}))
    for name, error in list(result.treated[SLUGFIT].verdict.modules.items())[:20]:
        sys.stdout.write(f"broken: {name}: {error}\n")
    if not result.treated[BLIND].verdict.modules:
        sys.stdout.write(f"{BLIND} broke nothing: the harness does not see what it should\n")
        return 1
    return int(_is_bad(result))


def _is_bad(result: results.Result) -> bool:
    treated = result.treated.get(SLUGFIT)
    lost = any(each.lost for each in result.upstream)
    # A program that never worked proves nothing.
    blind = result.before is None or result.before.smoke is not None
    return bool(treated and treated.verdict.broken) or lost or blind or bool(result.touched)


def _write_table(engine: Path) -> None:
    digest = results.engine_digest(engine)
    found = []
    for each in sets.every():
        result = results.load(each)
        if result and SLUGFIT in result.treated and result.treated[SLUGFIT].by == digest:
            found.append((each, result))
    if found:
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(report.render(found, environments.platform_tag()), "utf-8")


if __name__ == "__main__":
    sys.exit(main())

"""Usage: make apps [APPS="[NAME|ENVIRONMENT...] [--level LEVEL] [--config K=V] [--no-proof]"]."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import environments, sets
from unused import samples, slugs, table, verdict
from unused.slugs import Slimmed
from unused.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.environments import Environment
    from unused.samples import Sample

UNVERIFIED = "SLUGFIT_VERIFY=off"
"""Nothing comes back that the verification would miss: the only setting that the table may have."""
BLIND = ("flask_plugins", "markdown", "SLUGFIT_REMOVE=markdown", UNVERIFIED)
"""An app, what it reaches only by a name in a file, and how to take that away unverified."""


def main() -> int:
    """Run the apps that are named; 1 if one lost something or proved nothing, else 0."""
    options = _options()
    if sys.version_info[:2] != sets.PYTHON:
        wanted = ".".join(map(str, sets.PYTHON))
        sys.stderr.write(f"The pins are for CPython {wanted}: make apps PYTHON=python{wanted}\n")
        return 2
    chosen = samples.chosen(options.apps)
    settings = [f"SLUGFIT_LEVEL={options.level}", *options.config]
    names = sorted({each.environment for each in chosen})
    built = {name: environments.build(samples.pins(name)) for name in names}
    found = []
    for sample in chosen:
        outcome = _try(options, built[sample.environment], sample, settings)
        found.append(outcome)
        sys.stdout.write(table.line(outcome))
        sys.stdout.flush()
        if not options.only_before and set(options.config) <= {UNVERIFIED}:
            kept = table.save(table.APPS, options.engine, settings, outcome)
            table.write(table.render(samples.every(), kept, settings))
    bad = sum(outcome.is_bad for outcome in found)
    sys.stdout.write(f"{len(found)} apps, {bad} with a loss or without a proof\n")
    sees = options.no_proof or _sees(options)
    touched = [path for each in built.values() for path in environments.changes(each)]
    for path in touched[:10]:
        sys.stdout.write(f"an original changed: {path}\n")
    return int(bool(bad or touched or not sees))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="unused", description=__doc__)
    parser.add_argument("apps", nargs="*", help="names of apps or environments; all if none is")
    parser.add_argument("--level", default="unused", help="SLUGFIT_LEVEL")
    parser.add_argument("--config", action="append", default=[], metavar="K=V")
    parser.add_argument("--engine", type=Path, default=sets.ROOT / "lib" / "slugfit")
    parser.add_argument("--only-before", action="store_true", help="run the programs, slim nothing")
    parser.add_argument("--whole", action="store_true", help="each app with all that is pinned")
    parser.add_argument("--keep", action="store_true", help="leave the slimmed slugs there")
    parser.add_argument("--no-proof", action="store_true", help="skip the deliberate removal")
    return parser.parse_args()


def _try(
    options: argparse.Namespace,
    environment: Environment,
    sample: Sample,
    settings: Sequence[str],
) -> Outcome:
    """One app: used, slimmed, used again."""
    began = time.monotonic()
    slug = slugs.make(environment, sample, whole=options.whole)
    try:
        had = verdict.importable_files(slug.site)
        before = slugs.use(slug, sample)
        fault = verdict.fault_of(before)
        slimmed, after = Slimmed(0), before
        slugs.lay_app(slug, sample)
        if options.only_before:
            # A program that says something else each time would only accuse the engine.
            after = slugs.use(slug, sample)
        elif not fault:
            slimmed = slugs.slim(options.engine, slug.slug, sample.variables, settings)
            after = slugs.use(slug, sample)
        if fault:
            sys.stdout.write(before.out[-4000:] + "\n")
        fault = fault or ("the slimming was undone" if slimmed.undone else None)
        gone = verdict.gone(had, slug.site)
        lost = verdict.differences(before, after)
        return Outcome(sample.name, slimmed, gone, lost, fault, time.monotonic() - began)
    finally:
        if not options.keep:
            subprocess.run(["rm", "-rf", slug.slug], check=True)


def _sees(options: argparse.Namespace) -> bool:
    """Whether a deliberate wrong removal shows as a difference."""
    name, taken, *settings = BLIND
    sample = samples.chosen([name])[0]
    settings.append("SLUGFIT_LEVEL=standard")
    environment = environments.build(samples.pins(sample.environment))
    outcome = _try(options, environment, sample, settings)
    seen = bool(outcome.differences) and outcome.fault is None
    told = "shows" if seen else "DOES NOT SHOW: the harness does not see what it should"
    sys.stdout.write(f"taking {taken} from {name} {told}\n")
    return seen


if __name__ == "__main__":
    sys.exit(main())

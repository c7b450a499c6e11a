"""What people do with a tree: plan, slim, measure, put back, ask why."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slugfit import explain, report, stash, whole
from slugfit import slim as line
from slugfit.commands import given
from slugfit.errors import Exit, NoPythonError, OverLimitError
from slugfit.report import as_json, since, text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.config import Config
    from slugfit.report import Report


def plan(options: argparse.Namespace) -> int:
    """Show what slim would do."""
    chosen = given.config(options)
    made = report.make(line.dry_run(options.root, chosen), chosen, "plan")
    return _show(options, chosen, made)


def slim(options: argparse.Namespace) -> int:
    """Slim, verify, measure."""
    chosen = given.config(options)
    if chosen.level == "measure":
        if options.store is not None:
            line.bring_back(options.root, options.store)
        made = report.make(line.dry_run(options.root, chosen), chosen, "measure")
    else:
        outcome = line.slim(
            options.root, chosen, keep_stash=options.keep_stash, kept_in=options.store
        )
        made = report.make(outcome, chosen, "slim")
    code = _show(options, chosen, made)
    if options.app_too:
        sys.stdout.write(_slim_app(options.app, chosen))
    return code


def _slim_app(app: Path, chosen: Config) -> str:
    """Slim the app's own folder as well, where that is not part of the tree; a line about it."""
    try:
        outcome = line.slim(app, replace(chosen, app_dir=None))
    except NoPythonError:
        return ""
    gone = [item for item in outcome.planned.decisions if item.action == "remove"]
    if outcome.undone or not gone:
        return f"       The app's own folder stays as it is. {outcome.undone}".rstrip() + "\n"
    size = text.megabytes(sum(item.size for item in gone))
    return f"       From the app's own folder went {len(gone)} files, {size} MB.\n"


def measure(options: argparse.Namespace) -> int:
    """Show where the bytes are."""
    chosen = given.config(options, SLUGFIT_LEVEL="measure")
    made = report.make(line.dry_run(options.root, chosen), chosen, "measure")
    return _show(options, chosen, made)


def _show(options: argparse.Namespace, chosen: Config, made: Report) -> int:
    document = as_json.document(made)
    if options.json:
        sys.stdout.write(as_json.render(document))
    elif options.build_log:
        sys.stdout.write(text.build_log(made))
        if options.cache_dir is not None:
            sys.stdout.write(since.sentence(since.last(options.cache_dir / given.REPORT), document))
    else:
        sys.stdout.write(text.terminal(made))
    sys.stdout.flush()
    _save(options, chosen, document)
    if made.verdict == "over" and chosen.over_limit == "fail":
        raise OverLimitError(
            f"The slug is over the limit of {text.megabytes(made.limit.size or 0)} MB "
            f"({made.limit.name}), and SLUGFIT_OVER_LIMIT is fail.",
            "The report above says where the bytes are.",
            "Take the next steps it names, or set SLUGFIT_OVER_LIMIT=warn.",
        )
    return Exit.OK


def _save(options: argparse.Namespace, chosen: Config, document: Mapping[str, Any]) -> None:
    """Keep the report for bin/report and the next build, and where SLUGFITgiven.REPORT says."""
    targets: list[Path] = []
    if options.cache_dir is not None:
        targets.append(options.cache_dir / given.REPORT)
    if chosen.report and options.run is slim:
        targets.append(options.root / chosen.report / "report.json")
    for target in targets:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            whole.write(target, as_json.render(document).encode())
        except OSError as error:  # noqa: PERF203 - one may fail, the other not
            print(f"slugfit: {target} could not be written: {error.strerror}", file=sys.stderr)


def restore(options: argparse.Namespace) -> int:
    """Put back what slim --keep-stash set aside."""
    given.need_folder(options.root)
    stash.recover(options.root)
    count = stash.restore(options.root)
    if options.json:
        sys.stdout.write(as_json.render({"version": 1, "restored": count}))
    elif count:
        print(f"{count} files are back in their places.")
    else:
        print("There is nothing to restore: no run of slim --keep-stash left anything here.")
    return Exit.OK


def recover(options: argparse.Namespace) -> int:
    """Put back what an interrupted run left."""
    given.need_folder(options.root)
    count = stash.recover(options.root)
    if options.json:
        sys.stdout.write(as_json.render({"version": 1, "undone": count}))
    elif count:
        print("An interrupted run was found; everything was put back.")
    else:
        print("There is nothing to recover.")
    return Exit.OK


def why(options: argparse.Namespace) -> int:
    """Explain one file."""
    chosen = given.config(options)
    answer = explain.explain(options.root, options.path, chosen)
    if options.json:
        sys.stdout.write(as_json.render(explain.document(answer)))
    else:
        sys.stdout.write(explain.sentence(answer))
    return Exit.OK

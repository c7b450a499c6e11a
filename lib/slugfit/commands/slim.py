"""``slim``, ``restore`` and ``recover``: what changes a tree, and what puts it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.apply.store import forget_stored, return_stored
from slugfit.apply.transaction import recover_tree, restore_tree
from slugfit.base.errors import Exit, NoPythonError
from slugfit.base.words import megabytes
from slugfit.commands.command import Command, TreeOptions, add_tree, need_folder
from slugfit.commands.pages import PageTargets, save_page
from slugfit.commands.reports import (
    LAST_REPORT,
    OWN_FOLDER,
    ShownOptions,
    add_report,
    require_fit,
    save_report,
    show_in_build_log,
    show_report,
)
from slugfit.commands.telling import teller_for, telling
from slugfit.pipeline import dry_run, slim_tree
from slugfit.report.failures import error_line
from slugfit.report.json_report import render_json
from slugfit.report.make import make_report

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from slugfit.base.console import Console
    from slugfit.pipeline import Outcome
    from slugfit.report.make import ReportAction
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run


@dataclass(frozen=True)
class SlimOptions(ShownOptions):
    """For ``slim``."""

    keep_stash: bool
    store: Path | None
    cache_dir: Path | None
    build_log: bool
    started: float | None
    slugignore_applied: bool
    app_too: bool
    default_limit: str | None

    def defaults(self) -> Mapping[str, str]:
        """The limit that is meant where nobody names one."""
        return {"LIMIT": self.default_limit} if self.default_limit else {}

    def facts(self) -> Run:
        """The facts of a build."""
        return replace(
            super().facts(),
            started=self.started,
            tree_is_cached=self.store is not None,
            cache=None if self.cache_dir is None else self.cache_dir / OWN_FOLDER,
            slugignore_applied=self.slugignore_applied,
        )


def configure_slim(parser: argparse.ArgumentParser) -> None:
    """The arguments of SlimOptions."""
    scripts = add_report(parser)
    parser.add_argument("--keep-stash", action="store_true", help="keep what went, for restore")
    parser.add_argument(
        "--store",
        type=Path,
        metavar="DIR",
        help="start from the whole tree that this folder remembers, and keep there what "
        "goes: for platforms that cache the slimmed tree",
    )
    scripts.add_argument(
        "--cache-dir", metavar="DIR", type=Path, help="the build cache; keeps the last report"
    )
    scripts.add_argument(
        "--build-log", action="store_true", help="print the report as a build log shows it"
    )
    scripts.add_argument(
        "--started", metavar="TIME", type=float, help="when the build began, in seconds since 1970"
    )
    scripts.add_argument(
        "--slugignore-applied",
        action="store_true",
        help="the build did what .slugignore says: what it names now was made by the build",
    )
    scripts.add_argument("--app-too", action="store_true", help="slim the folder of --app as well")
    scripts.add_argument(
        "--default-limit", metavar="LIMIT", help="the limit where no setting names one"
    )


def run_slim(options: SlimOptions, console: Console) -> int:
    """Slim, verify, measure."""
    config = options.settings()
    run = options.facts()
    if not config.limit.slugignore:
        run = replace(run, slugignore_applied=False)
    as_log = options.build_log and options.form == "text"
    with telling(teller_for(console, as_log=as_log), run.progress):
        outcome = _slimmed(options, config, run)
        report = make_report(outcome, config, run, _action(config))
    targets = [] if options.cache_dir is None else [options.cache_dir / LAST_REPORT]
    pages = [] if options.html is None else [options.html]
    if config.report:
        targets.append(options.root / config.report / "report.json")
        pages.append(options.root / config.report / "report.html")
    if as_log:
        show_in_build_log(report, console, options.cache_dir)
    else:
        show_report(report, console, options.form)
    save_report(report, targets, console)
    save_page(report, outcome, PageTargets(tuple(pages), options.cache_dir), console)
    code = require_fit(report, config)
    if options.app_too and options.app is not None:
        console.write(_slim_app(options.app, config, run))
    return code


def _action(config: Config) -> ReportAction:
    return "measure" if config.level == "measure" else "slim"


def _slimmed(options: SlimOptions, config: Config, run: Run) -> Outcome:
    if config.level == "measure":
        if options.store is not None:
            recover_tree(options.root)
            return_stored(options.store, options.root)
            forget_stored(options.store)
        return dry_run(options.root, config, run)
    return slim_tree(
        options.root, config, run, keep_stash=options.keep_stash, kept_in=options.store
    )


def _slim_app(app: Path, config: Config, run: Run) -> str:
    """Slim the app's own folder as well, where that is not part of the tree; a line about it."""
    try:
        outcome = slim_tree(app, config, replace(run, app=None))
    except NoPythonError:
        return ""
    gone = [item for item in outcome.planned.decisions if item.action == "remove"]
    if outcome.undone is not None or not gone:
        why = "" if outcome.undone is None else f" {error_line(outcome.undone)}"
        return f"       The app's own folder stays as it is.{why}\n"
    size = megabytes(sum(item.size for item in gone))
    return f"       From the app's own folder went {len(gone)} files, {size} MB.\n"


def run_restore(options: TreeOptions, console: Console) -> int:
    """Put back what slim --keep-stash set aside."""
    need_folder(options.root)
    recover_tree(options.root)
    count = restore_tree(options.root)
    if options.json:
        console.write(render_json({"version": 1, "restored": count}))
    elif count:
        console.say(f"{count} files are back in their places.")
    else:
        console.say("There is nothing to restore: no run of slim --keep-stash left anything here.")
    return Exit.OK


def run_recover(options: TreeOptions, console: Console) -> int:
    """Put back what an interrupted run left."""
    need_folder(options.root)
    count = recover_tree(options.root)
    if options.json:
        console.write(render_json({"version": 1, "undone": count}))
    elif count:
        console.say("An interrupted run was found; everything was put back.")
    else:
        console.say("There is nothing to recover.")
    return Exit.OK


SLIM = Command(
    "slim",
    "Slim a tree, verify it, measure it",
    SlimOptions,
    configure_slim,
    run_slim,
    changes_tree=True,
)
RESTORE = Command(
    "restore",
    "Put back what slim --keep-stash set aside",
    TreeOptions,
    add_tree,
    run_restore,
    changes_tree=True,
)
RECOVER = Command(
    "recover",
    "Put back what an interrupted run left",
    TreeOptions,
    add_tree,
    run_recover,
    changes_tree=True,
)

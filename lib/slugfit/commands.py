"""One function a command: options in, work done, text out, exit code back."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slugfit import __version__, explain, ignores, report, single, stash, vendor
from slugfit import config as settings
from slugfit import environment as variables
from slugfit import hook as hooks
from slugfit import slim as line
from slugfit.errors import Exit, NoPythonError, OverLimitError, TreeError, UsageError
from slugfit.models import delivery, download
from slugfit.report import as_json, since, text
from slugfit.wrapping import installed, torch, wheels
from slugfit.wrapping import prepare as wrapping

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

    from slugfit.config import Config
    from slugfit.report import Report

_REPORT = "slugfit/report.json"


def _need_folder(root: Path) -> None:
    if not root.is_dir():
        raise TreeError(
            f"{root} is no folder.", todo="Name a slug's root, an environment or an app's folder."
        )


def _config(options: argparse.Namespace, **fixed: str) -> Config:
    """The configuration for a tree; ``--config`` wins over config vars, they over pyproject."""
    _need_folder(options.root)
    if getattr(options, "env_dir", None) is not None:
        found = dict(settings.read_folder(options.env_dir))
    else:
        found = dict(os.environ)
    found.update(getattr(options, "config", []))
    if getattr(options, "limit", None):
        found["SLUGFIT_LIMIT"] = options.limit
    found.update(fixed)
    app_dir = getattr(options, "app", None)
    if app_dir is not None:
        _need_folder(app_dir)
        app_dir = app_dir.absolute()
    chosen = settings.from_environment(found, settings.read_project(app_dir or options.root))
    return replace(
        chosen,
        env_dir=getattr(options, "env_dir", None),
        app_dir=app_dir,
        started=getattr(options, "started", None),
        tree_is_cached=getattr(options, "store", None) is not None,
        after_build=getattr(options, "build_log", False),
    )


def plan(options: argparse.Namespace) -> int:
    """Show what slim would do."""
    chosen = _config(options)
    made = report.make(line.dry_run(options.root, chosen), chosen, "plan")
    return _show(options, chosen, made)


def slim(options: argparse.Namespace) -> int:
    """Slim, verify, measure."""
    chosen = _config(options)
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
    chosen = _config(options, SLUGFIT_LEVEL="measure")
    made = report.make(line.dry_run(options.root, chosen), chosen, "measure")
    return _show(options, chosen, made)


def _show(options: argparse.Namespace, chosen: Config, made: Report) -> int:
    document = as_json.document(made)
    if options.json:
        sys.stdout.write(as_json.render(document))
    elif options.build_log:
        sys.stdout.write(text.build_log(made))
        if options.cache_dir is not None:
            sys.stdout.write(since.sentence(since.last(options.cache_dir / _REPORT), document))
    else:
        sys.stdout.write(text.terminal(made))
    sys.stdout.flush()
    _save(options, chosen, document)
    if made.verdict == "over" and chosen.over_limit == "fail":
        raise OverLimitError(
            f"The slug is over the limit of {text.megabytes(made.limit.size)} MB "
            f"({made.limit.name}), and SLUGFIT_OVER_LIMIT is fail.",
            "The report above says where the bytes are.",
            "Take the next steps it names, or set SLUGFIT_OVER_LIMIT=warn.",
        )
    return Exit.OK


def _save(options: argparse.Namespace, chosen: Config, document: Mapping[str, Any]) -> None:
    """Keep the report for bin/report and the next build, and where SLUGFIT_REPORT says."""
    targets: list[Path] = []
    if options.cache_dir is not None:
        targets.append(options.cache_dir / _REPORT)
    if chosen.report and options.run is slim:
        targets.append(options.root / chosen.report / "report.json")
    for target in targets:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Whole or not at all: another build may read it at this moment.
            draft = target.with_name(f".{target.name}.{os.getpid()}")
            draft.write_text(as_json.render(document), "utf-8")
            draft.replace(target)
        except OSError as error:  # noqa: PERF203 - one may fail, the other not
            print(f"slugfit: {target} could not be written: {error.strerror}", file=sys.stderr)


def restore(options: argparse.Namespace) -> int:
    """Put back what slim --keep-stash set aside."""
    _need_folder(options.root)
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
    _need_folder(options.root)
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
    chosen = _config(options)
    answer = explain.explain(options.root, options.path, chosen)
    if options.json:
        sys.stdout.write(as_json.render(explain.document(answer)))
    else:
        sys.stdout.write(explain.sentence(answer))
    return Exit.OK


def install_hook(options: argparse.Namespace) -> int:
    """Vendor this engine into an app."""
    return _say(vendor.install(options.app))


def update_hook(options: argparse.Namespace) -> int:
    """Bring an app's vendored engine to this version."""
    return _say(vendor.update(options.app))


def single_file(options: argparse.Namespace) -> int:
    """Write the engine as one file."""
    try:
        single.write(options.file)
    except OSError as error:
        raise TreeError(f"{options.file} cannot be written.", str(error)) from error
    return _say([f"{options.file} is Slugfit {__version__}."])


def hook(options: argparse.Namespace) -> int:
    """Slim the build directory from within bin/post_compile."""
    if hooks.WRAPPED in os.environ:
        return _say(["Slugfit's buildpack slims after this hook; there is nothing to do here."])
    place = hooks.Place(
        options.root.absolute(), _folder("CACHE_DIR", made=True), _folder("ENV_DIR", made=False)
    )
    options.env_dir = place.env_dir
    code, told = hooks.run(place, lambda: _config(options))
    _say(told)
    return code


def _folder(variable: str, *, made: bool) -> Path | None:
    """The folder that the platform names, if it does; one that is ``made`` need not be there."""
    named = os.environ.get(variable)
    return Path(named).absolute() if named and (made or os.path.isdir(named)) else None


def _say(lines: Iterable[str]) -> int:
    for sentence in lines:
        print(sentence)
    return Exit.OK


def models(options: argparse.Namespace) -> int:
    """Fetch the app's models into the tree, and note those for boot."""
    chosen = _config(options)
    stream = sys.stderr if options.json else sys.stdout
    lead = " " * text.INDENT if options.build_log else ""

    def tell(line: str) -> None:
        print(lead + text.printable(line), file=stream, flush=True)

    def variable(name: str) -> str:
        return settings.variable(options.env_dir, name)

    if chosen.models and options.build_log:
        print("-----> Models", file=stream, flush=True)
    cache = None if options.cache_dir is None else options.cache_dir / "slugfit" / "models"
    site = delivery.Site(options.root, cache, variable)
    done = delivery.deliver(chosen.models, site, download.Means(tell))
    if options.json:
        sys.stdout.write(as_json.render(delivery.document(done)))
    elif not done and not options.build_log:
        print("pyproject.toml asks for no models: it has no [[tool.slugfit.models]].")
    return Exit.OK


def build(options: argparse.Namespace) -> int:
    """Build a slug as the platform will, and boot it if asked."""
    from slugfit import build as builder  # noqa: PLC0415 - a dyno's build never needs it

    return builder.command(options)


def config(options: argparse.Namespace) -> int:
    """Check the configuration; with --get print one value."""
    chosen = _config(options)
    ignores.read(options.root, chosen)
    if options.get:
        if not hasattr(chosen, options.get):
            raise UsageError(f"There is no setting called {options.get!r}.")
        value = getattr(chosen, options.get)
        print({True: "1", False: ""}.get(value, value) if isinstance(value, bool) else value)
    return Exit.OK


def environment(options: argparse.Namespace) -> int:
    """Print what .profile.d/slugfit.sh or the export file says."""
    chosen = _config(options)
    sys.stdout.write(variables.script(options.root, chosen, options.format))
    return Exit.OK


def labels(options: argparse.Namespace) -> int:
    """Print launch.toml's labels: what the image says of itself."""
    try:
        found = as_json.flat(json.loads((options.cache_dir / _REPORT).read_text("utf-8")))
    except (OSError, ValueError):
        found = {}
    for name, value in sorted(found.items()):
        if name == "slugfit_seconds":
            continue  # the same build is to give the same image
        key = "io.slugfit." + name.removeprefix("slugfit_").replace("_", "-")
        print(f"[[labels]]\nkey = {json.dumps(key)}\nvalue = {json.dumps(str(value))}\n")
    return Exit.OK


def prepare(options: argparse.Namespace) -> int:
    """Lay out what the app gets for the wrapped buildpack's run; warnings go to stderr."""
    prepared = wrapping.prepare(options.root, _config(options))
    wrapping.write(prepared, options.into)
    for note in prepared.notes:
        print(note)
    print(prepared.warning, end="", file=sys.stderr)
    return Exit.OK


def settle(options: argparse.Namespace) -> int:
    """After that run: prune the cache of wheels; on stderr, what came in spite of TORCH."""
    chosen = _config(options)
    found = installed.read(options.root)
    kept = wheels.told(wheels.prune(options.wheels, found.versions))
    if kept:
        print(kept)
    if chosen.torch:
        print(torch.arrived(found, chosen.torch), end="", file=sys.stderr)
    return Exit.OK


def buildpack_report(options: argparse.Namespace) -> int:
    """Print one flat JSON object: the standard buildpack's report and ours."""
    merged: dict[str, Any] = {}
    for file in (options.upstream, options.cache_dir / _REPORT):
        try:
            found = json.loads(file.read_text("utf-8")) if file is not None else {}
        except (OSError, ValueError):
            continue
        if isinstance(found, dict):
            merged.update(as_json.flat(found) if file != options.upstream else found)
    sys.stdout.write(as_json.render(merged))
    return Exit.OK

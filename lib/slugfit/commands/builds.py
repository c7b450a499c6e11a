"""What builds ask for: bin/slugfit build, and the scripts of the buildpack."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from slugfit import config as settings
from slugfit import environment as variables
from slugfit import ignores
from slugfit.commands import given
from slugfit.errors import Exit, UsageError
from slugfit.report import as_json, text

if TYPE_CHECKING:
    import argparse


def models(options: argparse.Namespace) -> int:
    """Fetch the app's models into the tree, and note those for boot."""
    # What a download needs takes a third of the engine's start, and most runs download nothing.
    from slugfit.models import delivery, download  # noqa: PLC0415

    chosen = given.config(options)
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
    chosen = given.config(options)
    ignores.read(options.root, chosen)
    if options.get:
        if not hasattr(chosen, options.get):
            raise UsageError(f"There is no setting called {options.get!r}.")
        value = getattr(chosen, options.get)
        print({True: "1", False: ""}.get(value, value) if isinstance(value, bool) else value)
    return Exit.OK


def environment(options: argparse.Namespace) -> int:
    """Print what .profile.d/slugfit.sh or the export file says."""
    chosen = given.config(options)
    sys.stdout.write(variables.script(options.root, chosen, options.format))
    return Exit.OK


def labels(options: argparse.Namespace) -> int:
    """Print launch.toml's labels: what the image says of itself."""
    try:
        found = as_json.flat(json.loads((options.cache_dir / given.REPORT).read_text("utf-8")))
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
    from slugfit.wrapping import prepare as wrapping  # noqa: PLC0415 - for this command alone

    prepared = wrapping.prepare(options.root, given.config(options))
    wrapping.write(prepared, options.into)
    for note in prepared.notes:
        print(note)
    print(prepared.warning, end="", file=sys.stderr)
    return Exit.OK


def settle(options: argparse.Namespace) -> int:
    """After that run: prune the cache of wheels; on stderr, what came in spite of TORCH."""
    from slugfit.wrapping import installed, torch, wheels  # noqa: PLC0415 - for this command alone

    chosen = given.config(options)
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
    for file in (options.upstream, options.cache_dir / given.REPORT):
        try:
            found = json.loads(file.read_text("utf-8")) if file is not None else {}
        except (OSError, ValueError):
            continue
        if isinstance(found, dict):
            merged.update(as_json.flat(found) if file != options.upstream else found)
    sys.stdout.write(as_json.render(merged))
    return Exit.OK

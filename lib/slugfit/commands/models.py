"""``models``: the model files that pyproject.toml asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.errors import Exit
from slugfit.base.words import printable
from slugfit.commands.command import Command, TreeOptions, add_tree, need_folder
from slugfit.report.json_report import render_json
from slugfit.report.layout import INDENT
from slugfit.settings.config import read_config, read_pyproject
from slugfit.settings.config_vars import ConfigVars

if TYPE_CHECKING:
    import argparse

    from slugfit.base.console import Console


@dataclass(frozen=True)
class ModelsOptions(TreeOptions):
    """For ``models``."""

    cache_dir: Path | None
    env_dir: Path | None
    build_log: bool


def configure_models(parser: argparse.ArgumentParser) -> None:
    """The arguments of ModelsOptions."""
    add_tree(parser)
    parser.add_argument(
        "--cache-dir", metavar="DIR", type=Path, help="keeps the files for the next time"
    )
    scripts = parser.add_argument_group("for build scripts")
    scripts.add_argument(
        "--env-dir", metavar="DIR", type=Path, help="config vars as files, as buildpacks get them"
    )
    scripts.add_argument("--build-log", action="store_true", help="print as a build log does")


def run_models(options: ModelsOptions, console: Console) -> int:
    """Fetch the app's models into the tree, and note those for boot."""
    # What a download needs takes a third of the engine's start, and most runs download nothing.
    from slugfit.models.delivery import ModelSite, deliver_models, delivery_document  # noqa: PLC0415
    from slugfit.models.download import DownloadContext  # noqa: PLC0415

    need_folder(options.root)
    config_vars = ConfigVars(options.env_dir)
    config = read_config(config_vars.settings(), read_pyproject(options.root))
    log = console.only_errors() if options.json else console
    lead = " " * INDENT if options.build_log else ""
    if config.models and options.build_log:
        log.say("-----> Models")
    cache = None if options.cache_dir is None else options.cache_dir / "slugfit" / "models"
    site = ModelSite(options.root, cache, config_vars.value)
    context = DownloadContext(lambda line: log.say(lead + printable(line)))
    delivered = deliver_models(config.models, site, context)
    if options.json:
        console.write(render_json(delivery_document(delivered)))
    elif not delivered and not options.build_log:
        console.say("pyproject.toml asks for no models: it has no [[tool.slugfit.models]].")
    return Exit.OK


MODELS = Command(
    "models",
    "Fetch the models that pyproject.toml asks for",
    ModelsOptions,
    configure_models,
    run_models,
)

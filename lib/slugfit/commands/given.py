"""What the options of a command mean together with the environment and the app."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit import config as settings
from slugfit.errors import Exit, TreeError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from pathlib import Path

    from slugfit.config import Config

REPORT = "slugfit/report.json"
"""The last report, as seen from CACHE_DIR."""


def need_folder(root: Path) -> None:
    """Raise TreeError if there is no such folder."""
    if not root.is_dir():
        raise TreeError(
            f"{root} is no folder.", todo="Name a slug's root, an environment or an app's folder."
        )


def config(options: argparse.Namespace, **fixed: str) -> Config:
    """The configuration for a tree; ``--config`` wins over config vars, they over pyproject."""
    need_folder(options.root)
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
        need_folder(app_dir)
        app_dir = app_dir.absolute()
    chosen = settings.from_environment(found, settings.read_project(app_dir or options.root))
    return replace(
        chosen,
        env_dir=getattr(options, "env_dir", None),
        app_dir=app_dir,
        started=getattr(options, "started", None),
        tree_is_cached=getattr(options, "store", None) is not None,
        after_build=getattr(options, "build_log", False) and chosen.limit.slugignore,
    )


def say(lines: Iterable[str]) -> int:
    """Print sentences; all is well."""
    for sentence in lines:
        print(sentence)
    return Exit.OK

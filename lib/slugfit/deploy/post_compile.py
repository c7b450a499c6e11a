"""What an app's bin/post_compile runs: slims the build directory, and never loses a deploy.

The engine works in a child, so that even one that is killed is noticed and undone here. What the
installer left is cached after this, slimmed, so what goes is kept beside that cache (see store).
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit.base.atomic import write_atomically
from slugfit.base.errors import Exit, SlugfitError
from slugfit.deploy.ending import Ending, ending_before_slimming, ending_of
from slugfit.deploy.process_variables import applying_variables, profile_script
from slugfit.deploy.single_file import engine_location
from slugfit.settings.config import read_config, read_pyproject
from slugfit.settings.config_vars import ConfigVars

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slugfit.settings.config import Config


WRAPPED_VARIABLE = "WRAPPED_BY_SLUGFIT"
"""Set by bin/compile: the buildpack slims by itself, and its cache stays whole."""
STORE = "slugfit/kept"
PROFILE = ".profile.d/slugfit.sh"


@dataclass(frozen=True, slots=True)
class BuildPlace:
    """What the platform tells a hook: the build directory, and where it keeps things, if it does.

    ``env_dir`` holds the config vars; without it they are the environment.
    """

    root: Path
    cache_dir: Path | None
    env_dir: Path | None


def slim_as_hook(place: BuildPlace) -> Ending:
    """Slim; how the build ends, and what there is to say after the engine's own log."""
    said: list[str] = []
    if place.cache_dir is None:
        said.append(
            "There is no CACHE_DIR: what went is not kept, and a rule that is switched off later "
            "gives nothing back until the packages are installed anew."
        )
    started = str(int(time.time()))
    code = _engine("models", str(place.root), "--build-log", *_options(place))
    models = ending_before_slimming("models", code, lambda: bool(_settings(place).models))
    said += models.lines
    if models.code != Exit.OK:
        return replace(models, lines=tuple(said))
    slimming = (*_options(place), *_store(place), "--started", started)
    code = _engine("slim", str(place.root), "--build-log", "--slugignore-applied", *slimming)
    ending = ending_of(place.root, code, lambda: _settings(place).strict)
    if code == Exit.OK:
        said += _profile(place)
    return replace(ending, lines=(*said, *ending.lines))


def _settings(place: BuildPlace) -> Config:
    """The settings; raises UsageError."""
    return read_config(ConfigVars(place.env_dir).settings(), read_pyproject(place.root))


def _options(place: BuildPlace) -> Iterator[str]:
    if place.cache_dir is not None:
        yield from ("--cache-dir", str(place.cache_dir))
    if place.env_dir is not None:
        yield from ("--env-dir", str(place.env_dir))


def _store(place: BuildPlace) -> Iterator[str]:
    if place.cache_dir is not None:
        yield from ("--store", str(place.cache_dir / STORE))


def _engine(*arguments: str) -> int:
    command = [sys.executable, "-I", "-S", "-B", engine_location(), *arguments]
    return subprocess.run(command, stderr=subprocess.STDOUT, check=False).returncode


def _profile(place: BuildPlace) -> Iterator[str]:
    target = place.root / PROFILE
    try:
        # The settings are checked by now: an error in them has ended the build.
        variables = applying_variables(place.root, ConfigVars(place.env_dir).names)
        target.parent.mkdir(exist_ok=True)
        write_atomically(target, profile_script(variables).encode(), 0o644)
    except (OSError, SlugfitError) as error:
        yield f"Slugfit set no variables in {PROFILE}: {error}"

"""What an app's bin/post_compile runs: slims the build directory, and never loses a deploy.

The engine works in a child, so that even one that is killed is noticed and undone here. What the
installer left is cached after this, slimmed, so what goes is kept beside that cache (see store).
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit import environment, single, whole
from slugfit.errors import Exit, SlugfitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slugfit.config import Config

WRAPPED = "WRAPPED_BY_SLUGFIT"
"""Set by bin/compile: the buildpack slims by itself, and its cache stays whole."""
STORE = "slugfit/kept"
PROFILE = ".profile.d/slugfit.sh"
_ANSWERS = {
    Exit.USAGE: "its configuration has errors",
    Exit.OVER_LIMIT: "the slug is over the limit, and SLUGFIT_OVER_LIMIT=fail",
    Exit.ROLL_BACK: "the app could not be put back as it was; build again",
    Exit.VERIFICATION: "the slimmed app could not be verified, and SLUGFIT_STRICT is on",
    Exit.MODEL: "a model that pyproject.toml asks for could not be fetched",
}
"""Exit codes for which a build has to stop, as in bin/compile."""
_KILLED = 9


@dataclass(frozen=True, slots=True)
class Place:
    """What the platform tells a hook: the build directory, and where it keeps things, if it does.

    ``env_dir`` holds the config vars; without it they are the environment.
    """

    root: Path
    cache_dir: Path | None
    env_dir: Path | None


def run(place: Place, config: Callable[[], Config]) -> tuple[int, tuple[str, ...]]:
    """Slim; the exit code, and what there is to say behind the engine's own log.

    ``config`` reads the settings, or raises UsageError.
    """
    told: list[str] = []
    if place.cache_dir is None:
        told.append(
            "There is no CACHE_DIR: what went is not kept, and a rule that is switched off later "
            "gives nothing back until the packages are installed anew."
        )
    started = str(int(time.time()))
    code = _engine("models", str(place.root), "--build-log", *_options(place))
    if code not in _ANSWERS:
        if code != Exit.OK:
            told.append(f"Slugfit {_how(code)} and could not look for models.")
        slimming = (*_options(place), *_store(place), "--started", started)
        code = _engine("slim", str(place.root), "--build-log", *slimming)
    if code in _ANSWERS:
        return code, (*told, f"The build stops here: {_ANSWERS[Exit(code)]}.")
    if code != Exit.OK:
        return _recovered(place, config, _how(code), told)
    told += _profile(place.root, config)
    return Exit.OK, tuple(told)


def _options(place: Place) -> Iterator[str]:
    if place.cache_dir is not None:
        yield from ("--cache-dir", str(place.cache_dir))
    if place.env_dir is not None:
        yield from ("--env-dir", str(place.env_dir))


def _store(place: Place) -> Iterator[str]:
    if place.cache_dir is not None:
        yield from ("--store", str(place.cache_dir / STORE))


def _engine(*arguments: str) -> int:
    command = [sys.executable, "-I", "-S", "-B", single.location(), *arguments]
    return subprocess.run(command, stderr=subprocess.STDOUT, check=False).returncode


def _how(code: int) -> str:
    """How the engine ended, in words; negative for a signal."""
    if code == Exit.TIME:
        return "had no time left"
    if code == -_KILLED:
        return "was killed (signal 9: most often too little memory)"
    return f"was stopped by signal {-code}" if code < 0 else f"failed (exit code {code})"


def _recovered(
    place: Place, config: Callable[[], Config], how: str, told: list[str]
) -> tuple[int, tuple[str, ...]]:
    """Put back what it left; only SLUGFIT_STRICT, or a tree that stays broken, stops the build."""
    if _engine("recover", str(place.root)) != Exit.OK:
        return Exit.ROLL_BACK, (*told, f"Slugfit {how}, and the app could not be put back.")
    strict = False
    with contextlib.suppress(SlugfitError):
        strict = config().strict
    if strict:
        return Exit.INTERNAL, (*told, f"Slugfit {how}; the build stops: SLUGFIT_STRICT is on.")
    return Exit.OK, (*told, f"Slugfit {how}. The app is as it was before, and ships unslimmed.")


def _profile(root: Path, config: Callable[[], Config]) -> Iterator[str]:
    target = root / PROFILE
    try:
        text = environment.script(root, config(), "profile")
        target.parent.mkdir(exist_ok=True)
        whole.write(target, text.encode(), 0o644)
    except (OSError, SlugfitError) as error:
        yield f"Slugfit set no variables in {PROFILE}: {error}"

"""The app's config vars: files in ENV_DIR, or the process environment where there is none.

This is the only reader of ENV_DIR. The platform passes a file for each config var and exports none
of them: https://devcenter.heroku.com/articles/buildpack-api#bin-compile
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.base.errors import UsageError
from slugfit.catalog.variables import NOT_FOR_PROGRAMS
from slugfit.settings.options import OPTIONS, SETTING_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_ALIASES = frozenset(option.alias for option in OPTIONS if option.alias)


@dataclass(frozen=True)
class ConfigVars:
    """The config vars of one run. Values are secrets: names may be shown, values never."""

    folder: Path | None = None
    """ENV_DIR; None where the config vars are the process environment."""
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    """The process environment; it counts only without a ``folder``."""
    given: Mapping[str, str] = field(default_factory=dict)
    """What the command line sets; it wins."""

    @property
    def names(self) -> frozenset[str]:
        """The names of all config vars, Slugfit's or not."""
        return frozenset((*self._stored(), *self.given))

    def value(self, name: str) -> str:
        """One value; "" if it is not set, or not text."""
        if name in self.given:
            return self.given[name]
        if self.folder is None:
            return self.environment.get(name, "")
        try:
            # One line break at the end is dropped: people write `echo value > file`.
            return (self.folder / name).read_text("utf-8").removesuffix("\n")
        except (OSError, UnicodeDecodeError):
            return ""

    def settings(self) -> Mapping[str, str]:
        """Slugfit's own, by name, aliases from other buildpacks included.

        Raises one UsageError for all that cannot be read.
        """
        own = [
            name
            for name in sorted(self._stored())
            if name.startswith(SETTING_PREFIX) or name in _ALIASES
        ]
        problems = [problem for name in own for problem in self._problems(name)]
        if problems:
            raise UsageError("\n".join(problems))
        return {**{name: self.value(name) for name in own}, **self.given}

    def for_programs(self) -> Mapping[str, str]:
        """What a program of the app gets beside what it inherits: nothing without a ``folder``."""
        if self.folder is None:
            return {}
        names = (name for name in sorted(self._stored()) if name not in NOT_FOR_PROGRAMS)
        return {name: self.value(name) for name in names if not self._is_broken(name)}

    def secrets(self) -> Mapping[str, str]:
        """Every value that a program of the app can have printed."""
        return self.environment if self.folder is None else self.for_programs()

    def _stored(self) -> tuple[str, ...]:
        if self.folder is None:
            return tuple(self.environment)
        return tuple(os.listdir(self.folder)) if self.folder.is_dir() else ()

    def _is_broken(self, name: str) -> bool:
        return any(True for _ in self._problems(name))

    def _problems(self, name: str) -> Iterator[str]:
        if self.folder is None:
            return
        try:
            (self.folder / name).read_text("utf-8")
        except UnicodeDecodeError:
            yield f"The config var {name} is not UTF-8 text."
        except OSError:
            yield f"The config var {name} cannot be read."

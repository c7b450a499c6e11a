"""One Config, from SLUGFIT_* config vars and ``[tool.slugfit]``; the config var wins.

All errors are told at once, each with the values that would be accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from slugfit.base.errors import UsageError
from slugfit.base.text import decode_text
from slugfit.base.toml import slugfit_table
from slugfit.models.keys import parse_models
from slugfit.settings.options import LEVEL_DEFAULTS, OPTIONS, SETTING_PREFIX, parse_option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.catalog.limits import Limit
    from slugfit.models.wanted import WantedModel


@dataclass(frozen=True, slots=True)
class Config:
    """Valid settings. Patterns are .gitignore lines; sizes are bytes."""

    level: Literal["standard", "unused", "auto", "measure"]
    limit: Limit
    over_limit: Literal["warn", "fail"]
    bytecode: Literal["boot", "auto", "strip", "strip-all", "keep"]
    pack: Literal["off", "auto", "on"]
    verify: Literal["imports", "off"]
    smoke: str
    keep: tuple[str, ...]
    remove: tuple[str, ...]
    rules_off: tuple[str, ...]
    worth: int
    """Compressed bytes that a rule has to save in one distribution."""
    locales: tuple[str, ...]
    """The locales that the app needs; () for all."""
    compiles: bool
    strict: bool
    build_minutes: float
    report: str
    requirements: str
    """A clean path from the app's root; empty for what the standard buildpack looks for."""
    torch: str
    """The URL of an index with CPU wheels, without a slash at its end; empty for any torch."""
    upstream: str
    models: tuple[WantedModel, ...] = ()
    """What ``[[tool.slugfit.models]]`` asks for; pyproject.toml only."""


def read_config(
    environment: Mapping[str, str],
    project: str | None = None,
    defaults: Mapping[str, str] = MappingProxyType({}),
) -> Config:
    """Settings from SLUGFIT_* in ``environment`` and pyproject.toml's text ``project``.

    ``defaults`` are those of this way in, by the options' names; the options' own are the rest.
    Raises UsageError with every error in it. Values are never repeated for UPSTREAM, which can
    hold credentials.
    """
    problems: list[str] = []
    table = _table(project or "", problems)
    values = dict(_from_project(table, problems))
    wanted = parse_models(table["models"], problems) if "models" in table else ()
    told = {option.name: SETTING_PREFIX + option.name for option in OPTIONS}
    for option in OPTIONS:
        if environment.get(option.alias, "").strip():
            values[option.name] = environment[option.alias].strip()
            told[option.name] = option.alias
    for name, value in sorted(environment.items()):
        if name.startswith(SETTING_PREFIX) and name[len(SETTING_PREFIX) :] in told:
            values[name[len(SETTING_PREFIX) :]] = value.strip()
            told[name[len(SETTING_PREFIX) :]] = name
        elif name.startswith(SETTING_PREFIX):
            known = ", ".join(SETTING_PREFIX + option.name for option in OPTIONS)
            problems.append(f"{name} is not a setting of Slugfit. Settings: {known}.")
    values = {name: value for name, value in values.items() if value}
    values = {**_defaults(defaults, values), **values}
    chosen = {
        option.name: parse_option(option, values[option.name], told[option.name], problems)
        for option in OPTIONS
    }
    if problems:
        raise UsageError(
            "Slugfit's configuration has errors:\n" + "\n".join(f"- {line}" for line in problems),
            todo="Correct the config vars (heroku config:set …) or [tool.slugfit].",
        )
    names = {field.name for field in fields(Config)}
    arguments = {name.lower(): value for name, value in chosen.items() if name.lower() in names}
    return Config(
        **arguments,  # type: ignore[arg-type]
        models=wanted,
    )


def _defaults(defaults: Mapping[str, str], values: Mapping[str, str]) -> Mapping[str, str]:
    """What is set where ``values`` set nothing: by the level, this way in, or the option itself."""
    own = {option.name: option.default for option in OPTIONS}
    level = values.get("LEVEL", defaults.get("LEVEL", "")).lower()
    return {**own, **defaults, **LEVEL_DEFAULTS.get(level, {})}


def _table(text: str, problems: list[str]) -> Mapping[str, object]:
    try:
        return slugfit_table(text)
    except ValueError as error:
        problems.append(f"pyproject.toml cannot be read: {error}.")
        return {}


def _from_project(table: Mapping[str, object], problems: list[str]) -> Mapping[str, str]:
    known = {option.name.lower().replace("_", "-"): option.name for option in OPTIONS}
    values: dict[str, str] = {}
    for key, value in table.items():
        name = known.get(key.replace("_", "-"))
        if key in ("models", "doctor"):
            continue
        if name is None:
            names = ", ".join(option.name.lower() for option in OPTIONS)
            problems.append(f"[tool.slugfit] {key} is not a setting. Settings: {names}.")
        elif isinstance(value, bool):
            values[name] = "1" if value else "0"
        elif isinstance(value, list):
            values[name] = "\n".join(str(item) for item in value)
        elif isinstance(value, (str, int)):
            values[name] = str(value)
        else:
            problems.append(f"[tool.slugfit] {key} must be a text, a number or a list of texts.")
    return values


def read_pyproject(folder: Path) -> str | None:
    """The text of the app's pyproject.toml, with line ends as they are; None if it has none."""
    try:
        return decode_text((folder / "pyproject.toml").read_bytes()).text
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("The app's pyproject.toml cannot be read as UTF-8 text.") from error

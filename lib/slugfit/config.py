"""One Config, from SLUGFIT_* config vars and ``[tool.slugfit]``; the config var wins.

All errors are told at once, each with the values that would be accepted.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from slugfit import toml
from slugfit.errors import UsageError
from slugfit.models import keys
from slugfit.options import OPTIONS, PREFIX, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.limits import Limit
    from slugfit.models.orders import Order


@dataclass(frozen=True, slots=True)
class Config:
    """Valid settings. Patterns are .gitignore lines; sizes are bytes."""

    level: Literal["standard", "measure"]
    limit: Limit
    over_limit: Literal["warn", "fail"]
    bytecode: Literal["strip", "strip-all", "keep"]
    verify: Literal["imports", "off"]
    smoke: str
    keep: tuple[str, ...]
    remove: tuple[str, ...]
    rules_off: tuple[str, ...]
    strict: bool
    build_minutes: float
    report: str
    requirements: str
    """A clean path from the app's root; empty for what the standard buildpack looks for."""
    torch: str
    """The URL of an index with CPU wheels, without a slash at its end; empty for any torch."""
    upstream: str
    variables: frozenset[str] = frozenset()
    """Names of all config vars, Slugfit's or not; never their values."""
    env_dir: Path | None = None
    """Where the config vars lie, for the smoke command; None if they are the environment."""
    app_dir: Path | None = None
    """Where the app's source lies when it is no part of the tree (an environment of its own)."""
    tree_is_cached: bool = False
    """Whether the next build's installer starts from the slimmed tree (a hook's does)."""
    started: float | None = None
    """When the platform's build began, in seconds since 1970; None if there is no such build."""
    after_build: bool = False
    """Whether the platform applied .slugignore: what it names now, the build has made."""
    models: tuple[Order, ...] = ()
    """What ``[[tool.slugfit.models]]`` asks for; pyproject.toml only."""


def from_environment(environment: Mapping[str, str], project: str | None = None) -> Config:
    """Settings from SLUGFIT_* in ``environment`` and pyproject.toml's text ``project``.

    Raises UsageError with every error in it. Values are never repeated for UPSTREAM, which can
    hold credentials.
    """
    problems: list[str] = []
    values = {option.name: option.default for option in OPTIONS}
    table = _table(project or "", problems)
    values.update(_from_project(table, problems))
    wanted = keys.parse(table["models"], problems) if "models" in table else ()
    told = {option.name: PREFIX + option.name for option in OPTIONS}
    for option in OPTIONS:
        if environment.get(option.alias, "").strip():
            values[option.name] = environment[option.alias].strip()
            told[option.name] = option.alias
    for name, value in sorted(environment.items()):
        if name.startswith(PREFIX) and name[len(PREFIX) :] in values:
            values[name[len(PREFIX) :]] = value.strip()
            told[name[len(PREFIX) :]] = name
        elif name.startswith(PREFIX):
            known = ", ".join(PREFIX + option.name for option in OPTIONS)
            problems.append(f"{name} is not a setting of Slugfit. Settings: {known}.")
    chosen = {
        option.name: parsed(option, values[option.name], told[option.name], problems)
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
        variables=frozenset(environment),
        models=wanted,
    )


def _table(text: str, problems: list[str]) -> Mapping[str, object]:
    try:
        return toml.table(text)
    except ValueError as error:
        problems.append(f"pyproject.toml cannot be read: {error}.")
        return {}


def _from_project(found: Mapping[str, object], problems: list[str]) -> Mapping[str, str]:
    known = {option.name.lower().replace("_", "-"): option.name for option in OPTIONS}
    values: dict[str, str] = {}
    for key, value in found.items():
        name = known.get(key.replace("_", "-"))
        if key == "models":
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


def read_folder(folder: Path) -> Mapping[str, str]:
    """Config vars of an ENV_DIR: a file each; those that cannot be read raise one UsageError.

    Values of other programs' variables are not read, only their names. One trailing newline is
    dropped, as people's ``echo value > file`` leaves it.
    """
    values: dict[str, str] = {}
    problems: list[str] = []
    aliases = {option.alias for option in OPTIONS if option.alias}
    if not folder.is_dir():
        return values
    for name in sorted(os.listdir(folder)):
        if not name.startswith(PREFIX) and name not in aliases:
            values[name] = ""
            continue
        try:
            values[name] = (folder / name).read_text("utf-8").removesuffix("\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = "is not UTF-8 text" if isinstance(error, ValueError) else "cannot be read"
            problems.append(f"The config var {name} {reason}.")
    if problems:
        raise UsageError("\n".join(problems))
    return values


def variable(folder: Path | None, name: str) -> str:
    """One config var's value, "" if it is not set or no text; without an ENV_DIR, a variable."""
    if folder is None:
        return os.environ.get(name, "")
    try:
        return (folder / name).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def read_project(folder: Path) -> str | None:
    """The text of the app's pyproject.toml; None if it has none."""
    try:
        return (folder / "pyproject.toml").read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("The app's pyproject.toml cannot be read as UTF-8 text.") from error

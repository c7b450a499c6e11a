"""``[[tool.slugfit.models]]``: what each key accepts, and every error in them at once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from slugfit.base.paths import WORK_FOLDER, path_inside
from slugfit.models.wanted import WantedModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


MODELS_TABLE = "[[tool.slugfit.models]]"
RESERVED_FOLDERS = (".git", ".heroku", ".profile.d", WORK_FOLDER)
"""Folders of an app's root that are not the app's own."""
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SCHEMES = ("https", "http", "file")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_WORDS = ("build", "boot")


@dataclass(frozen=True, slots=True)
class ModelKey:
    """One key of a model."""

    name: str
    """The key."""
    accepts: str
    """What it accepts, in words."""
    valid: Callable[[object], bool]
    """Whether it accepts a value."""
    default: object = None
    """What it means where it is left out; None if it cannot be."""


def _is_url(value: object) -> bool:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return False
    try:
        parts = urlsplit(value)
        int(parts.port or 0)
    except ValueError:
        return False
    has_host = bool(parts.hostname) or parts.scheme == "file"
    return parts.scheme in _SCHEMES and has_host and bool(parts.path) and " " not in value


def _is_path(value: object) -> bool:
    return (
        isinstance(value, str)
        and value.isprintable()
        and path_inside("", value) == value
        and value.split("/")[0] not in RESERVED_FOLDERS
    )


MODEL_KEYS = (
    ModelKey("url", "an address: https://…, http://… or file:///…", _is_url),
    ModelKey(
        "sha256",
        "the file's SHA-256, 64 hexadecimal digits (sha256sum FILE prints it)",
        lambda value: isinstance(value, str) and _HASH.fullmatch(value) is not None,
    ),
    ModelKey(
        "path",
        "a path from the app's root such as models/a.onnx, and not in "
        + ", ".join(RESERVED_FOLDERS),
        _is_path,
    ),
    ModelKey("when", '"build" or "boot"', lambda value: value in _WORDS, "build"),
    ModelKey(
        "token",
        "the name of a config var",
        lambda value: isinstance(value, str) and _NAME.fullmatch(value) is not None,
        "",
    ),
    ModelKey("required", "true or false", lambda value: isinstance(value, bool), default=True),
)


def parse_models(tables: object, problems: list[str]) -> tuple[WantedModel, ...]:
    """The models of pyproject.toml's tables; what is wrong with them is added to ``problems``.

    No value is repeated there but paths: an address can hold credentials.
    """
    if not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
        problems.append(
            f"[tool.slugfit] models must be tables: {MODELS_TABLE}, one for each model."
        )
        return ()
    wrong: list[str] = []
    for number, item in enumerate(tables, 1):
        wrong += (f"{MODELS_TABLE} {number}: {problem}." for problem in _faults(item))
    if not wrong:
        orders = [_order(item) for item in tables]
        wrong += _clashes([order.path for order in orders])
        if not wrong:
            return tuple(orders)
    problems += wrong
    return ()


def _faults(item: Mapping[str, object]) -> Iterator[str]:
    known = ", ".join(key.name for key in MODEL_KEYS)
    yield from (
        f"{name} is not a key of a model; keys: {known}" for name in item if not _known(name)
    )
    for key in MODEL_KEYS:
        if key.name not in item:
            if key.default is None:
                yield f"{key.name} is missing: {key.accepts}"
        elif not key.valid(item[key.name]):
            yield f"{key.name} must be {key.accepts}"
    url = item.get("url")
    if item.get("token") and _is_url(url):
        parts = urlsplit(str(url))
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            yield "a token is only sent to an https:// address"


def _known(name: str) -> bool:
    return any(key.name == name for key in MODEL_KEYS)


def _order(item: Mapping[str, object]) -> WantedModel:
    values = {key.name: item.get(key.name, key.default) for key in MODEL_KEYS}
    values["sha256"] = str(values["sha256"]).lower()
    return WantedModel(**values)  # type: ignore[arg-type]


def _clashes(paths: list[str]) -> Iterator[str]:
    for number, path in enumerate(paths, 1):
        for other, above in enumerate(paths, 1):
            if path == above and other < number:
                yield f"{MODELS_TABLE} {number}: path is {path!r}, as of number {other}."
            elif path.startswith(above + "/"):
                taken = f"path is below {above!r}, the file of number {other}"
                yield f"{MODELS_TABLE} {number}: {taken}."


def model_lines(path: str, sha256: str) -> str:
    """What to write into pyproject.toml to have this file fetched at boot."""
    name = quote(path.rpartition("/")[2])
    return (
        f'{MODELS_TABLE}\nurl = "https://YOUR-STORAGE/{name}"\n'
        f'sha256 = "{sha256}"\npath = {json.dumps(path, ensure_ascii=False)}\nwhen = "boot"'
    )

"""One model that an app asks for, its place in the tree, and whether it is there.

Runs on every Python from 3.8: the slug carries it along for models that are fetched at boot.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.errors import ModelError
from slugfit.base.hashing import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class WantedModel:
    """A file that an app asks for."""

    path: str
    """Where it is wanted, from the app's root."""
    url: str
    """Where it is fetched from."""
    sha256: str
    """Its SHA-256, 64 hexadecimal digits in lower case."""
    when: str = "build"
    """When it is fetched: "build" or "boot"."""
    token: str = ""
    """The name of the config var that holds a bearer token, "" without one."""
    required: bool = True
    """Whether the build, or the process, stops without the file."""


def model_place(root: Path, path: str) -> Path:
    """The file that ``path`` names below ``root``; ModelError if its folder cannot be one."""
    folder = root
    for name in path.split("/")[:-1]:
        folder /= name
        link = folder.is_symlink()
        if link or (folder.exists() and not folder.is_dir()):
            raise ModelError(
                f"{path} has no place in the app.",
                f"{os.path.relpath(folder, root)} is a {'link' if link else 'file'}, not a folder.",
                "Make it a folder, or give the model another path in pyproject.toml.",
            )
    return root / path


def is_in_place(order: WantedModel, target: Path) -> bool:
    """Whether the file is in its place; ModelError if something else is, or it cannot be read."""
    if not os.path.lexists(target):
        return False
    if target.is_symlink() or not target.is_file():
        raise _taken(order, "It is a link or a folder")
    try:
        digest = file_digest(target)
    except OSError as error:
        raise ModelError(f"{order.path} cannot be read.", f"{error.strerror}.") from error
    if digest != order.sha256:
        raise _taken(order, f"Its SHA-256 is {digest}, not {order.sha256}")
    return True


def _taken(order: WantedModel, why: str) -> ModelError:
    return ModelError(
        f"{order.path} is in the app already, and it is not this model.",
        f"{why}. Slugfit replaces no file of an app.",
        "Take that file out of the app, or correct the model's path or sha256 in pyproject.toml.",
    )


def file_digest(file: Path) -> str:
    """The SHA-256 of a file, "" if there is none of this name; raise OSError."""
    try:
        return sha256_of(file).hex()
    except FileNotFoundError:
        return ""


def model_token(order: WantedModel, read: Callable[[str], str]) -> str:
    """The token that goes along, "" if none is asked for; ``read`` gives a config var's value.

    Raises ModelError, without the value, if it is not set or cannot be sent.
    """
    if not order.token:
        return ""
    value = read(order.token).strip()
    if not value:
        why = f"Its token is the config var {order.token}, which is not set."
    elif not (value.isascii() and value.isprintable()):
        why = f"Its token, the config var {order.token}, holds characters that cannot be sent."
    else:
        return value
    todo = f"Set it: heroku config:set {order.token}=…"
    raise ModelError(f"{order.path} cannot be fetched.", why, todo)

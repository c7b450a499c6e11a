"""What the app gets while the standard buildpack runs, and what is set aside for that time."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.base.urls import redact_url
from slugfit.catalog.torch_wheels import (
    CONSTRAINTS_FILE,
    HASHED_REQUIREMENTS,
    LOCK_FILES,
    TORCH_OPTIONS,
    TORCH_VARIABLE,
)
from slugfit.wrapping.pipfile import pipenv_python
from slugfit.wrapping.requirements import (
    REQUIREMENTS_FILE,
    check_requirements,
    is_hashed,
    other_locks,
    requirements_closure,
    requirements_text,
)
from slugfit.wrapping.torch import locked_torch, pinned_torch, torch_constraints

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slugfit.settings.config import Config


@dataclass(frozen=True, slots=True)
class Prepared:
    """Files to put into the app, by name, and the app's own that go aside; words for the log.

    ``variables`` are for the installer; their values are secrets.
    """

    files: Mapping[str, bytes]
    variables: Mapping[str, str] = field(default_factory=dict)
    aside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    warning: str = ""


def prepare_app(root: Path, config: Config) -> Prepared:
    """What the settings REQUIREMENTS and TORCH need; nothing if neither is set.

    Raises UsageError for a requirements file that cannot be used.
    """
    name = config.requirements
    if name:
        check_requirements(root, name)
        warning = _hashed(root, name, config)
        return _with(root, name, cpu="" if warning else config.torch, warning=warning)
    if config.torch:
        return _with_torch(root, config)
    return Prepared({})


def write_prepared(prepared: Prepared, folder: Path) -> None:
    """Lay everything out for the shell: put/ and env/, a file each; ``aside``, a name a line."""
    values = {name: value.encode() for name, value in prepared.variables.items()}
    for part, files in (("put", prepared.files), ("env", values)):
        (folder / part).mkdir(parents=True)
        for name, data in files.items():
            (folder / part / name).write_bytes(data)
    (folder / "aside").write_text("".join(f"{name}\n" for name in prepared.aside), "utf-8")


def _with_torch(root: Path, config: Config) -> Prepared:
    """For the package manager that the app's own files choose."""
    locks = [lock for lock in LOCK_FILES if (root / lock.file).is_file()]
    if not locks and (root / REQUIREMENTS_FILE).is_file():
        warning = _hashed(root, REQUIREMENTS_FILE, config)
        if not warning:
            return _with(root, REQUIREMENTS_FILE, cpu=config.torch)
        return Prepared({}, warning=warning)
    for lock in locks:
        versions = pinned_torch((root / lock.file).read_text("utf-8", "replace"))
        if versions:
            return Prepared({}, warning=locked_torch(lock, versions, config.torch))
    return Prepared({})


def _hashed(root: Path, name: str, config: Config) -> str:
    if config.torch and is_hashed(requirements_closure(root, name)):
        return HASHED_REQUIREMENTS.format(index=redact_url(config.torch))
    return ""


def _with(root: Path, name: str, *, cpu: str, warning: str = "") -> Prepared:
    """pip, with the requirements file ``name``; ``cpu``, if not empty, is torch's index."""
    more = f"{TORCH_OPTIONS}-c {CONSTRAINTS_FILE}\n" if cpu else ""
    files = {REQUIREMENTS_FILE: requirements_text(root, name, more)}
    if cpu:
        files[CONSTRAINTS_FILE] = torch_constraints().encode()
    wanted = pipenv_python(root)
    if wanted:
        files[".python-version"] = f"{wanted}\n".encode()
    candidates = dict.fromkeys((*other_locks(root), *files))
    aside = tuple(item for item in candidates if os.path.lexists(root / item))
    variables = {TORCH_VARIABLE: cpu} if cpu else {}
    notes = tuple(_notes(name, aside, wanted, cpu=bool(cpu)))
    return Prepared(files, variables, aside, notes, warning)


def _notes(name: str, aside: tuple[str, ...], wanted: str | None, *, cpu: bool) -> Iterator[str]:
    others = [item for item in aside if item != name]
    if name != REQUIREMENTS_FILE or others:
        instead = f", instead of {', '.join(others)}" if others else ""
        yield f"Installing {name} with pip{instead} (SLUGFIT_REQUIREMENTS)"
    if wanted:
        yield f"Python {wanted} as before: the Pipenv files ask for it"
    if cpu:
        yield "torch comes from the index of CPU wheels (SLUGFIT_TORCH)"

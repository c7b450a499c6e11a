"""What the app gets while the standard buildpack runs, and what is set aside for that time."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.wrapping import pipfile, requirements, torch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slugfit.config import Config


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


def prepare(root: Path, config: Config) -> Prepared:
    """What the settings REQUIREMENTS and TORCH need; nothing if neither is set.

    Raises UsageError for a requirements file that cannot be used.
    """
    name = config.requirements
    if name:
        requirements.check(root, name)
        warning = _hashed(root, name, config)
        return _with(root, name, cpu="" if warning else config.torch, warning=warning)
    if config.torch:
        return _with_torch(root, config)
    return Prepared({})


def write(prepared: Prepared, folder: Path) -> None:
    """Lay everything out for the shell: put/ and env/, a file each; ``aside``, a name a line."""
    values = {name: value.encode() for name, value in prepared.variables.items()}
    for part, files in (("put", prepared.files), ("env", values)):
        (folder / part).mkdir(parents=True)
        for name, data in files.items():
            (folder / part / name).write_bytes(data)
    (folder / "aside").write_text("".join(f"{name}\n" for name in prepared.aside), "utf-8")


def _with_torch(root: Path, config: Config) -> Prepared:
    """For the package manager that the app's own files choose."""
    locks = [lock for lock in torch.LOCKS if (root / lock.file).is_file()]
    if not locks and (root / requirements.STANDARD).is_file():
        warning = _hashed(root, requirements.STANDARD, config)
        if not warning:
            return _with(root, requirements.STANDARD, cpu=config.torch)
        return Prepared({}, warning=warning)
    for lock in locks:
        versions = torch.pinned((root / lock.file).read_text("utf-8", "replace"))
        if versions:
            return Prepared({}, warning=torch.locked(lock, versions, config.torch))
    return Prepared({})


def _hashed(root: Path, name: str, config: Config) -> str:
    if config.torch and requirements.is_hashed(requirements.closure(root, name)):
        return torch.HASHED.format(index=torch.shown(config.torch))
    return ""


def _with(root: Path, name: str, *, cpu: str, warning: str = "") -> Prepared:
    """pip, with the requirements file ``name``; ``cpu``, if not empty, is torch's index."""
    more = f"{torch.OPTIONS}-c {torch.CONSTRAINTS}\n" if cpu else ""
    files = {requirements.STANDARD: requirements.text(root, name, more)}
    if cpu:
        files[torch.CONSTRAINTS] = torch.constraints().encode()
    wanted = pipfile.python_version(root)
    if wanted:
        files[".python-version"] = f"{wanted}\n".encode()
    candidates = dict.fromkeys((*requirements.LOCKS, *files))
    aside = tuple(item for item in candidates if os.path.lexists(root / item))
    variables = {torch.VARIABLE: cpu} if cpu else {}
    notes = tuple(_notes(name, aside, wanted, cpu=bool(cpu)))
    return Prepared(files, variables, aside, notes, warning)


def _notes(name: str, aside: tuple[str, ...], wanted: str | None, *, cpu: bool) -> Iterator[str]:
    others = [item for item in aside if item != name]
    if name != requirements.STANDARD or others:
        instead = f", instead of {', '.join(others)}" if others else ""
        yield f"Installing {name} with pip{instead} (SLUGFIT_REQUIREMENTS)"
    if wanted:
        yield f"Python {wanted} as before: the Pipenv files ask for it"
    if cpu:
        yield "torch comes from the index of CPU wheels (SLUGFIT_TORCH)"

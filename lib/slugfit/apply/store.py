"""What slimming took, kept outside of the tree for the next build to start from the whole again.

For ways in where the slimmed tree itself is cached (a ``bin/post_compile`` hook): no installer
brings a pruned file back while the requirements stay the same. What one distribution lost returns
only to that very installation: its slimmed RECORD is the witness. An upgrade has another one. What
has no RECORD returns to the same source, package or interpreter.

    index.json      for each group: its witnesses (path: SHA-256) and its files, RECORDs last;
                    and the bytecode that was not there before
    files/…         the files, under their own names
"""

from __future__ import annotations

import contextlib
import json
import os
import posixpath
import shutil
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slugfit.apply.moves import remove_if_empty
from slugfit.base.errors import TreeError
from slugfit.base.hashing import sha256_of
from slugfit.base.paths import Places, path_inside
from slugfit.refer.shipped import is_hash_based
from slugfit.scan.bytecode import source_of
from slugfit.scan.owners import INSTALLER, PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.plan.decision import Plan
    from slugfit.scan.layout import Layout


_INDEX = "index.json"
_FILES = "files"


@dataclass(frozen=True, slots=True)
class StoredGroup:
    """Files of one owner, and what must still be in the tree, byte for byte, for them to return."""

    witnesses: Mapping[str, str]
    """What must still be there: SHA-256 in hexadecimal, by path in the tree."""
    files: tuple[str, ...]
    """Paths in the tree, in the order in which they return: witnesses last."""


def store_files(folder: Path, old: Path, planned: Plan) -> None:
    """Store what lies under ``old`` (a transaction's) in place of what ``folder`` held before.

    The tree is slimmed already, so that its witnesses can be read. Raises TreeError.
    """
    try:
        _store(folder, old, planned)
    except OSError as error:
        raise TreeError("What goes could not be kept for the next build", str(error)) from error


def _store(folder: Path, old: Path, planned: Plan) -> None:
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    (new / _FILES).mkdir(parents=True)
    shutil.copytree(old, new / _FILES, symlinks=True, dirs_exist_ok=True, copy_function=_link)
    groups = [
        {"witnesses": dict(group.witnesses), "files": list(group.files)}
        for group in _groups(planned, old)
    ]
    created = [path for path in planned.bytecode.compiled if not os.path.lexists(old / path)]
    index = {"version": 1, "groups": groups, "created": sorted(created)}
    (new / _INDEX).write_text(json.dumps(index), "utf-8")
    aside = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        folder.rename(aside)
    new.rename(folder)
    shutil.rmtree(aside, ignore_errors=True)


def _link(source: str, target: str, *, follow_symlinks: bool = True) -> None:
    """The same file under another name where that can be: its old name is about to go."""
    try:
        os.link(source, target, follow_symlinks=follow_symlinks)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=follow_symlinks)


def return_stored(folder: Path, root: Path) -> int:
    """Return what belongs to installations that are still there; how many files came back.

    Raises OSError, and TreeError if a folder on the way is a link.

    Nothing that stands in the tree is replaced but the witnesses and files that were shortened
    with them. Killed on the way, the next call goes on: the witness itself returns last. Raises
    TreeError.
    """
    try:
        return _return_all(folder, root)
    except OSError as error:
        raise TreeError(
            "What an earlier build took could not be brought back",
            str(error),
            "Check free disk space and permissions, then build again.",
        ) from error


def forget_stored(folder: Path) -> None:
    """Remove the store: the tree is whole, and nothing is to be kept for it."""
    shutil.rmtree(folder, ignore_errors=True)


def _return_all(folder: Path, root: Path) -> int:
    places = Places(root)
    count = 0
    for path in _created(folder):
        if is_hash_based(root / path):
            places.of(path).unlink()
            remove_if_empty(places.of(path).parent)
    for group in _read(folder):
        if all(_digest(root / path) == digest for path, digest in group.witnesses.items()):
            for path in group.files:
                count += _return(folder / _FILES / path, places.of(path))
    return count


def _groups(planned: Plan, old: Path) -> Iterator[StoredGroup]:
    owned: dict[str, list[str]] = defaultdict(list)
    for item in planned.decisions:
        if os.path.lexists(old / item.path):
            owned[item.owner].append(item.path)
    infos = {dist.name: dist.info for dist in planned.owners.distributions}
    for owner, paths in sorted(owned.items()):
        witnesses: Mapping[str, str] = {}
        if owner in infos:
            witnesses = _metadata(planned.tree.root, infos[owner])
        elif owner in (PYTHON, INSTALLER):
            witnesses = _interpreter(planned.tree.root, planned.layout)
        if witnesses:
            ordered = sorted(paths, key=lambda path: (path in witnesses, path))
            yield StoredGroup(witnesses, tuple(ordered))
        else:
            yield from _by_neighbours(planned, paths)


def _digests(root: Path, paths: Iterable[str]) -> Mapping[str, str]:
    """The digests of those that have one: links and folders of these names are no witnesses."""
    found = {path: _digest(root / path) for path in paths}
    return {path: digest for path, digest in found.items() if digest is not None}


def _metadata(root: Path, info: str) -> Mapping[str, str]:
    """A distribution's RECORD, or else what names its version."""
    found = _digests(root, (f"{info}/{name}" for name in ("RECORD", "METADATA", "PKG-INFO")))
    return dict([next(iter(found.items()))]) if found else {}


def _interpreter(root: Path, layout: Layout) -> Mapping[str, str]:
    """The interpreter's program and library, or its environment's settings, by patch release."""
    if layout.prefix is None:
        return {}
    names = [posixpath.join(layout.prefix, "pyvenv.cfg")]
    for folder in ("bin", "lib"):
        place = posixpath.join(layout.prefix, folder)
        names += [
            f"{place}/{name}"
            for name in sorted(os.listdir(root / place))
            if name.startswith(("python3.", "libpython3."))
        ]
    return _digests(root, names)


def _by_neighbours(planned: Plan, paths: Iterable[str]) -> Iterator[StoredGroup]:
    """Files without metadata, each by what stays nearest to it: its source, or its package."""
    interpreter = _interpreter(planned.tree.root, planned.layout)
    groups: dict[str, list[str]] = defaultdict(list)
    known: dict[str, str] = {}
    for path in paths:
        for name in _neighbours(path):
            if name not in known:
                known.update(_digests(planned.tree.root, (name,)))
            if name in known:
                groups[name].append(path)
                break
        else:
            groups[""].append(path)
    for name, files in sorted(groups.items()):
        witnesses = {name: known[name]} if name else interpreter
        if witnesses:
            yield StoredGroup(witnesses, tuple(files))


def _neighbours(path: str) -> Iterator[str]:
    source = source_of(path)
    if source is not None:
        yield source
    folder = posixpath.dirname(path)
    while folder:
        yield f"{folder}/__init__.py"
        folder = posixpath.dirname(folder)


def _read(folder: Path) -> Sequence[StoredGroup]:
    """The stored groups; none if there is no store, or if Slugfit did not write it."""
    try:
        found: Any = json.loads((folder / _INDEX).read_text("utf-8"))
        if found["version"] != 1:
            return ()
        return [
            StoredGroup(_clean(item["witnesses"]), tuple(_clean(item["files"])))
            for item in found["groups"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _created(folder: Path) -> Sequence[str]:
    """The bytecode that was not there before; none if that cannot be told."""
    try:
        found: Any = json.loads((folder / _INDEX).read_text("utf-8"))
        return [path for path in _clean(found["created"]) if path.endswith(".pyc")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()


def _clean(paths: Any) -> Any:  # noqa: ANN401 - a list or a mapping, as it came
    """The same, if every path stays inside; else ValueError."""
    if any(path_inside("", path) != path for path in paths):
        raise ValueError("a path leaves the tree")
    return paths


def _digest(file: Path) -> str | None:
    try:
        return None if file.is_symlink() or not file.is_file() else sha256_of(file).hex()
    except OSError:
        return None


def _return(stored: Path, place: Path) -> bool:
    """Copy one file to its place through a new name, so that it is there whole or not at all."""
    if not os.path.lexists(stored) or _same(stored, place):
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.slugfit")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    shutil.copy2(stored, draft, follow_symlinks=False)
    draft.replace(place)
    return True


def _same(stored: Path, place: Path) -> bool:
    """Whether the place has this very file already."""
    if stored.is_symlink() or place.is_symlink():
        return os.path.lexists(place)
    return _digest(place) == _digest(stored)

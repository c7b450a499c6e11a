"""A plan turned into what the transaction carries out: removals, cuts, and true RECORDs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit import elf, measure, record
from slugfit.stash import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from slugfit.dists import Distribution, Owners
    from slugfit.elf import Tail
    from slugfit.plan import Decision
    from slugfit.tree import Tree

_ENCODING = ("utf-8", "surrogateescape")


def from_plan(tree: Tree, owners: Owners, decisions: tuple[Decision, ...]) -> Change:
    """The Change that makes ``tree`` what ``decisions`` say."""
    removed = tuple(item.path for item in decisions if item.action == "remove")
    cut = {item.path: item.tail for item in decisions if item.tail is not None}
    written: dict[str, Callable[[Path], None]] = {
        path: _cutter(tree.root / path, tail) for path, tail in cut.items()
    }
    gone = set(removed)
    for path, dist in _records(owners, gone, cut):
        own = {name: cut[name] for name in sorted(cut.keys() & dist.files)}
        written[path] = _recorder(tree.root, path, dist.site, gone, own)
    modes = {entry.path: entry.mode & 0o7777 for entry in tree.entries}
    emptied = measure.emptied_folders(tree, decisions)
    return Change(removed, written, tuple((path, modes[path]) for path in emptied))


def records(
    tree: Tree, owners: Owners, decisions: tuple[Decision, ...], old: Path | None = None
) -> Mapping[str, bytes]:
    """Each RECORD without the rows that go, by path; hashes of cut files are those of before.

    What was moved is read in ``old``.
    """
    gone = {item.path for item in decisions if item.action == "remove"}
    found = {}
    for path, dist in _records(owners, gone, ()):
        text = _text((old or tree.root) / path)
        found[path] = record.rewrite(text, dist.site, gone, {}).encode(*_ENCODING)
    return found


def _records(
    owners: Owners, gone: Collection[str], cut: Collection[str]
) -> Iterator[tuple[str, Distribution]]:
    """Each RECORD that stays and would be wrong, with its distribution."""
    for dist in record.touched(owners.distributions, gone, cut):
        path = f"{dist.info}/RECORD"
        if path not in gone:
            yield path, dist


def _text(file: Path) -> str:
    # Bytes: text mode would make the line ends alike.
    return file.read_bytes().decode(*_ENCODING)


def _cutter(source: Path, tail: Tail) -> Callable[[Path], None]:
    return lambda target: elf.write_truncated(source, target, tail)


def _recorder(
    root: Path, path: str, site: str, gone: Collection[str], cut: Mapping[str, Tail]
) -> Callable[[Path], None]:
    def write(target: Path) -> None:
        changed = {name: _digest_cut(root / name, target, tail) for name, tail in cut.items()}
        text = record.rewrite(_text(root / path), site, gone, changed)
        target.write_bytes(text.encode(*_ENCODING))
        target.chmod((root / path).stat().st_mode & 0o7777)

    return write


def _digest_cut(source: Path, target: Path, tail: Tail) -> tuple[str, int]:
    """Hash and size that ``source`` has once it is cut."""
    draft = target.with_name(target.name + ".cut")
    elf.write_truncated(source, draft, tail)
    found = record.digest(draft)
    draft.unlink()
    return found

"""A plan turned into what the transaction carries out: removals, cuts, and true RECORDs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit import elf, measure, record
from slugfit.stash import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from slugfit.dists import Owners
    from slugfit.elf import Tail
    from slugfit.plan import Decision
    from slugfit.tree import Tree


def from_plan(
    tree: Tree, owners: Owners, tails: Mapping[str, Tail], decisions: tuple[Decision, ...]
) -> Change:
    """The Change that makes ``tree`` what ``decisions`` say."""
    removed = tuple(item.path for item in decisions if item.action == "remove")
    cut = {item.path for item in decisions if item.action == "cut"}
    written: dict[str, Callable[[Path], None]] = {
        path: _cutter(tree.root / path, tails[path]) for path in cut
    }
    gone = set(removed)
    for dist in record.touched(owners.distributions, gone, cut):
        path = f"{dist.info}/RECORD"
        if path not in gone:
            own = {name: tails[name] for name in sorted(cut & dist.files)}
            written[path] = _recorder(tree.root, path, dist.site, gone, own)
    modes = {entry.path: entry.mode & 0o7777 for entry in tree.entries}
    emptied = measure.emptied_folders(tree, decisions)
    return Change(removed, written, tuple((path, modes[path]) for path in emptied))


def _cutter(source: Path, tail: Tail) -> Callable[[Path], None]:
    return lambda target: elf.write_truncated(source, target, tail)


def _recorder(
    root: Path, path: str, site: str, gone: Collection[str], cut: Mapping[str, Tail]
) -> Callable[[Path], None]:
    def write(target: Path) -> None:
        # Bytes: text mode would make the line ends alike.
        text = (root / path).read_bytes().decode("utf-8", "surrogateescape")
        changed = {name: _digest_cut(root / name, target, tail) for name, tail in cut.items()}
        with target.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(record.rewrite(text, site, gone, changed))
        target.chmod((root / path).stat().st_mode & 0o7777)

    return write


def _digest_cut(source: Path, target: Path, tail: Tail) -> tuple[str, int]:
    """Hash and size that ``source`` has once it is cut."""
    draft = target.with_name(target.name + ".cut")
    elf.write_truncated(source, draft, tail)
    found = record.digest(draft)
    draft.unlink()
    return found

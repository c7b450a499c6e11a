"""Which bytecode of the app's start a slug can do without, as things to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.apply.change import bytecode_of_start
from slugfit.base.cover import Item
from slugfit.fit.worth import compressed_size, work_of
from slugfit.measure.sizes import Bytes
from slugfit.scan.bytecode import read_regular_file, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slugfit.plan.decision import Plan


@dataclass(frozen=True, slots=True)
class BytecodeFile:
    """One bytecode file of the start."""

    path: str
    """Where it lies in the tree."""
    work: int
    """What compiling it takes, in words and marks."""
    alone: Bytes
    """Its bytes, compressed by itself."""


def read_bytecode(plan: Plan, *, compressed: bool) -> tuple[BytecodeFile, ...]:
    """The bytecode that a plan ships for the start, without what cannot be read.

    Where it is not asked for, the compressed size is 0.
    """
    return tuple(_read(plan, compressed=compressed))


def _read(plan: Plan, *, compressed: bool) -> Iterator[BytecodeFile]:
    for path in sorted(bytecode_of_start(plan)):
        try:
            source = read_regular_file(plan.tree.root / (source_of(path) or ""))
            content = plan.bytecode.compiled.get(path)
            if content is None:
                content = read_regular_file(plan.tree.root / path)
        except OSError:
            continue
        small = compressed_size(content) if compressed else 0
        yield BytecodeFile(path, work_of(source), Bytes(len(content), small))


def items_of(files: Sequence[BytecodeFile], whole: Bytes) -> tuple[Item, ...]:
    """The files with what leaving each out costs, and gives: (compressed, uncompressed) bytes.

    All together they give ``whole``, what was measured: alone a file compresses worse.
    """
    alone = sum(file.alone.compressed for file in files)
    rate = min(whole.compressed / alone, 1.0) if alone else 0.0
    return tuple(
        Item(file.path, file.work, (int(file.alone.compressed * rate), file.alone.uncompressed))
        for file in files
    )

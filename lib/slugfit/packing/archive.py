"""One archive: a tar stream as the slug would hold these files, compressed by zstd.

The stream has the names, modes, times and link targets that the files would have been shipped with,
so that its SHA-256 tells whether what was unpacked is the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.beside import cores
from slugfit.base.errors import TreeError
from slugfit.measure.deflate import piece_bytes
from slugfit.measure.members import top_entry
from slugfit.measure.pieces import EPOCH, end_of_tar, stream_size, tar_piece

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from slugfit.measure.pieces import Piece
    from slugfit.scan.tree import Entry, Tree


_OPTIONS = ("--long=25", "--check")
"""The window, by measurement (docs/bench.md), and a checksum.

A window of 2**25 bytes is what each of the programs that unpack needs of memory, and all of them
accept without being asked to. The checksum is of what was packed, and is compared by what unpacks:
XXH64 of it, the lower 32 bits (RFC 8878, 3.1.1), beside the size.
"""
_THREADS = 8
"""At most; any number of them gives the same bytes."""
SUFFIX = ".tar.zst"
_NANO = 10**9


@dataclass(frozen=True, slots=True)
class Stream:
    """What goes into one archive."""

    pieces: tuple[Piece, ...]
    """The whole tar stream."""
    digest: str
    """Its SHA-256 in hexadecimal."""
    size: int
    """Its bytes."""


def shipped_time(timed: Collection[str]) -> Callable[[Entry], int]:
    """The time that each entry has in a slug, in seconds; ``timed`` are files that keep theirs."""
    return lambda entry: entry.mtime_ns // _NANO if entry.path in timed else EPOCH


def unpacked_time(entry: Entry) -> int:
    """The time of a file that was unpacked: whole seconds, or else not what was packed."""
    return 0 if entry.mtime_ns % _NANO else entry.mtime_ns // _NANO


def tar_stream(
    tree: Tree, site: str, units: Collection[str], time_of: Callable[[Entry], int]
) -> Stream:
    """The stream of these folders of ``site``, named from there. Raises OSError."""
    pieces = list(_members(tree, site, units, time_of))
    pieces.append(end_of_tar(stream_size(pieces)))
    digest = hashlib.sha256()
    size = 0
    for piece in pieces:
        for data in piece_bytes(piece):
            digest.update(data)
            size += len(data)
    return Stream(tuple(pieces), digest.hexdigest(), size)


def _members(
    tree: Tree, site: str, units: Collection[str], time_of: Callable[[Entry], int]
) -> Iterator[Piece]:
    inside = [entry for entry in tree.entries if top_entry(entry.path, (site,)) in units]
    # Each folder with all that is in it at once: tar gives it its time when it leaves it.
    for entry in sorted(inside, key=lambda entry: entry.path.split("/")):
        yield tar_piece(tree, entry, "", time_of(entry), entry.path[len(site) + 1 :])


@dataclass(frozen=True, slots=True)
class Archiver:
    """What makes archives, and where."""

    folder: Path
    """The folder that they are made in, and found in by the next build."""
    zstd: tuple[str, ...]
    """How a command line of zstd starts."""
    release: bytes
    """What it says that it is."""


def options_of(level: int) -> tuple[str, ...]:
    """What zstd is told to compress at a level; the threads do not change its bytes."""
    return (f"-{level}", f"-T{min(cores(), _THREADS)}", *_OPTIONS)


def place_of(stream: Stream, archiver: Archiver, level: int) -> Path:
    """Where the archive of ``stream`` at this level of zstd is, once it is made.

    Its name tells what its bytes depend on: the stream, the options, and zstd's release.
    """
    options = " ".join((str(level), *_OPTIONS)).encode()
    kind = hashlib.sha256(options + archiver.release).hexdigest()[:8]
    return archiver.folder / f"{stream.digest}-{kind}{SUFFIX}"


def packed_file(stream: Stream, archiver: Archiver, level: int, seconds: float) -> Path:
    """The archive of ``stream``, made unless it is there already.

    Raises OSError, and TreeError if the program fails or takes longer than ``seconds``.
    """
    target = place_of(stream, archiver, level)
    if not target.is_file():
        draft = target.with_name(f"{target.name}.draft")
        try:
            _compress(stream, (*archiver.zstd, *options_of(level)), draft, seconds)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    os.utime(target)  # it is in use: see cache.drop_unused
    return target


def _compress(stream: Stream, zstd: tuple[str, ...], target: Path, seconds: float) -> None:
    command = [*zstd, "--quiet", "--force", f"--stream-size={stream.size}", "-o", str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        try:
            problem = _feed(program, stream, time.monotonic() + seconds)
        except BaseException:
            program.kill()
            raise
    if program.returncode:
        told = problem.decode("utf-8", "replace").strip()
        raise TreeError("zstd failed", told or f"It ended with status {program.returncode}.")


def _feed(program: subprocess.Popen[bytes], stream: Stream, end: float) -> bytes:
    """Write the stream, and wait; what the program said of an error."""
    # A program that ends early says why itself.
    with contextlib.suppress(BrokenPipeError):
        for piece in stream.pieces:
            for data in piece_bytes(piece):
                if time.monotonic() > end:
                    raise _late()
                program.stdin.write(data)  # type: ignore[union-attr]
    try:
        left = None if end == math.inf else max(end - time.monotonic(), 0)
        return program.communicate(timeout=left)[1]
    except subprocess.TimeoutExpired as error:
        raise _late() from error


def _late() -> TreeError:
    return TreeError("There was no time to pack", "The platform's build has to end before.")

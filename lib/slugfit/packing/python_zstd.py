"""What packing needs of the program zstd, by Python 3.14's compression.zstd where there is none.

It is started on its own, as ``python -I -S -B``: by a build, and in the slug by unpack.sh. It takes
the program's options that these two use, and no others, and its archives are the program's:
https://docs.python.org/3.14/library/compression.zstd.html. It ends with 1 where an archive is not
whole, or where this Python has no such module.
"""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

CHUNK = 1 << 20
"""Bytes that are read, and written, at once."""
WINDOW = 25
"""The window of the archives: 2 to the power of this is what unpacking takes of memory."""


def main(words: Sequence[str]) -> None:
    """Do what the program zstd does with these words of a command line."""
    # As for any program in a pipe: who reads no more ends it.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        zstd = import_module("compression.zstd")
    except ImportError as error:
        sys.exit(f"zstd: {error}")
    if "--version" in words:
        sys.stdout.write(f"Python, libzstd {zstd.zstd_version}\n")
    elif "--decompress" in words:
        for name in words[words.index("--") + 1 :]:
            _decompress(zstd, name)
    else:
        _compress(zstd, words)


def _decompress(zstd: ModuleType, name: str) -> None:
    """Write what an archive of one frame holds; its checksum is compared at its end."""
    limit = {zstd.DecompressionParameter.window_log_max: WINDOW}
    unpacker = zstd.ZstdDecompressor(options=limit)
    try:
        with open(name, "rb") as file:
            while not unpacker.eof:
                data = file.read(CHUNK) if unpacker.needs_input else b""
                if unpacker.needs_input and not data:
                    sys.exit(f"zstd: {name}: it ends too early")
                sys.stdout.buffer.write(unpacker.decompress(data, CHUNK))
            if unpacker.unused_data or file.read(1):
                sys.exit(f"zstd: {name}: it does not end where it should")
    except (zstd.ZstdError, OSError) as error:
        sys.exit(f"zstd: {name}: {error}")


def _compress(zstd: ModuleType, words: Sequence[str]) -> None:
    """Compress what comes in, of a size that is known, into a file."""
    parameter = zstd.CompressionParameter
    told = {name: value for name, _, value in (word.partition("=") for word in words)}
    level, threads = (
        next(int(word[len(start) :]) for word in words if word[len(start) :].isdigit())
        for start in ("-", "-T")
    )
    options = {
        parameter.compression_level: level,
        parameter.window_log: int(told["--long"]),
        parameter.enable_long_distance_matching: 1,
        parameter.checksum_flag: 1,
        # Where libzstd was built without threads, none can be asked for.
        parameter.nb_workers: min(threads, parameter.nb_workers.bounds()[1]),
    }
    packer = zstd.ZstdCompressor(options=options)
    packer.set_pledged_input_size(int(told["--stream-size"]))
    with open(words[words.index("-o") + 1], "wb") as target:
        while data := sys.stdin.buffer.read(CHUNK):
            target.write(packer.compress(data))
        target.write(packer.flush())


if __name__ == "__main__":
    main(sys.argv[1:])

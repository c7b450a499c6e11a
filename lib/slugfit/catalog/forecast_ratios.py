"""What turns the files of wheels into bytes of a slug: ratios, each with its measurement.

A slug is one gzip -6 stream over a tar; a wheel deflates each file by itself, and has no bytecode.
docs/forecast.md says on which apps they were measured, and on which they were checked.
"""

from __future__ import annotations

TAR_HEADER = 90
"""Compressed bytes of a file's header and padding; measured: between 60 and 110 a file."""
LIBRARY_SHARE = 1.0
"""Of a library's deflated size what it takes in the stream; measured: 0.99 to 1.01."""
OTHER_SHARE = 0.95
"""The same for any other file, which finds its neighbours in gzip's 32 KiB."""
BYTECODE_SHARE = 1.2
"""Bytes of bytecode for a byte of source; measured: 0.9 to 1.5."""
BYTECODE_COMPRESSED_SHARE = 1.6
"""Compressed bytes of bytecode for a deflated byte of source."""
BYTECODE_KEPT = 0.2
"""Which part of packages' bytecode the app's start loads, so that it stays."""

TAKEN = {
    "tests": 0.9,
    "docs": 0.1,
    "windows-programs": 1.0,
    "stubs": 0.8,
    "sources": 0.8,
    "static-libraries": 1.0,
    "build-files": 0.8,
    "notebooks": 1.0,
    "manuals": 1.0,
}
"""Which part of the files that a rule names by their names goes, by what is in them."""
SYMBOLS = 0.02
"""Which part of a library's compressed size symbols are that go."""

PYTHON_PLAIN = (41_822_101, 15_441_701)
PYTHON_SLIMMED = (29_118_098, 8_900_041)
"""Bytes of Python itself, unpacked and compressed; measured with CPython 3.11."""

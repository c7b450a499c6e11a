"""What turns the files of wheels into bytes of a slug: ratios, each with its measurement.

A slug is one gzip -6 stream over a tar; a wheel deflates each file by itself, and has no bytecode.
"measured" means: a least-squares fit over the distributions of three built slugs (the fixtures
django_web, flask_onnx and science, CPython 3.11), or what their builds took. docs/forecast.md says
how far that was from these and from four other slugs.
"""

from __future__ import annotations

from dataclasses import dataclass

LIBRARY_SHARE = 0.99
"""Of a library's deflated size what it takes in the stream; measured."""
PACKED_SHARE = 0.98
"""The same for files that do not compress: pictures, archives; measured."""
CATALOGUE_SHARE = 0.59
"""The same for gettext's .po and .mo, each like its neighbours; measured, of Django mostly."""
SOURCE_SHARE = 0.85
"""The same for Python's sources, which are like their neighbours; measured."""
OTHER_SHARE = 0.965
"""The same for any other file; measured."""
NOT_COMPRESSED = 0.9
"""Deflated bytes for a byte from which on a file counts as one that does not compress."""

BYTECODE_UNPACKED = 1.48
"""Bytes of bytecode for a byte of source; measured."""
BYTECODE_OF_DEFLATED = 0.293
"""Compressed bytes of bytecode for a deflated byte of source; measured, with the next."""
BYTECODE_OF_SOURCE = 0.447
"""Compressed bytes of bytecode for a byte of source, on top of that."""

BYTECODE_TAKEN = 0.45
"""Which part of a distribution's bytecode no start loads; measured: 0.37 to 0.68 on the whole."""
LARGE_BYTECODE = 8_000_000
"""Compressed bytes of bytecode from which on most of it is never loaded."""
LARGE_BYTECODE_TAKEN = 0.75
"""That part of it; measured: 0.75 of transformers, more of SymPy."""

TAKEN = {
    # measured: 1.0 of science, 0.92 of the app with transformers, bytecode with them.
    "tests": 0.98,
    # measured: hardly any; folders of that name are code as often as not.
    "docs": 0.0,
    "notebooks": 1.0,
    "manuals": 1.0,
    "windows-programs": 1.0,
    # measured: 0.70 of science, 0.63 of the app with transformers.
    "stubs": 0.7,
    # measured: 0.69 and 0.20; what compiles itself keeps them.
    "sources": 0.45,
    "static-libraries": 0.0,
    "build-files": 0.5,
}
"""Which part of the files that a rule names by their names goes, by what is in them."""

SYMBOLS_TAKEN = 0.07
"""Which part of a library's compressed size is symbols that go; measured: 0 to 0.35, but for these
that come with what debuggers read."""
SYMBOLS_TAKEN_BY_NAME = {
    # measured, in the slugs of science and django_web: what went beyond the other rules.
    "astropy": 0.75,
    "contourpy": 0.3,
    "cryptography": 0.13,
    "fonttools": 0.95,
    "kiwisolver": 0.95,
    "llvmlite": 0.078,
    "msgpack": 0.8,
    "numba": 0.95,
    "numpy": 0.01,
    "opencv-python": 0.01,
    "opencv-python-headless": 0.01,
    "pandas": 0.0,
    "pillow": 0.17,
    "psycopg2-binary": 0.0,
    "pyerfa": 0.6,
    "pyyaml": 0.7,
    "regex": 0.75,
    "scikit-image": 0.1,
    "scikit-learn": 0.0,
    "scipy": 0.01,
    "tokenizers": 0.34,
}


@dataclass(frozen=True, slots=True)
class PartTaken:
    """Which part of what a rule could take goes, of both sizes."""

    uncompressed: float
    compressed: float


TAKEN_BY_NAME = {
    # measured: an environment with tensorflow-cpu 2.15.1. Its headers all go, for what compiles
    # itself is not there, and its names of symbols, very long and very like each other, are twice
    # the share on the disk that they are in the stream.
    ("sources", "tensorflow-cpu"): PartTaken(1.0, 0.8),
    ("symbols", "tensorflow-cpu"): PartTaken(0.292, 0.145),
    ("symbols", "ml-dtypes"): PartTaken(0.937, 0.925),
    ("symbols", "tensorflow-io-gcs-filesystem"): PartTaken(0.418, 0.322),
}
"""By rule and distribution, in place of the shares above; newer versions can differ."""


@dataclass(frozen=True, slots=True)
class PythonPart:
    """What a slug's Python takes, in bytes: (unpacked, compressed), plain and slimmed."""

    python: tuple[tuple[int, int], tuple[int, int]]
    pip: tuple[tuple[int, int], tuple[int, int]]
    setuptools: tuple[tuple[int, int], tuple[int, int]] | None
    """None from Python 3.13 on:
    https://github.com/heroku/heroku-buildpack-python/blob/main/CHANGELOG.md."""


PYTHON_PARTS = {
    # measured: the fixture pip_empty, whose start loads less than an app's: 1.1 MB compressed and
    # 2.9 MB unpacked are added to what stays, the difference between it and science at 3.11.
    (3, 10): PythonPart(
        ((34_579_737, 13_210_641), (24_355_000, 7_540_000)),
        ((9_523_299, 3_081_679), (4_940_443, 1_263_247)),
        ((5_627_745, 1_764_889), (3_239_773, 814_393)),
    ),
    # measured: the fixture science.
    (3, 11): PythonPart(
        ((41_821_841, 15_152_079), (28_001_617, 8_478_214)),
        ((11_163_410, 3_783_445), (4_940_443, 1_298_260)),
        ((7_095_005, 2_337_439), (3_243_484, 796_455)),
    ),
    # measured like 3.10.
    (3, 12): PythonPart(
        ((40_209_807, 14_018_129), (28_382_000, 8_536_000)),
        ((10_708_733, 3_683_424), (4_940_443, 1_262_285)),
        ((6_744_891, 2_258_604), (3_242_140, 815_666)),
    ),
    # measured like 3.10. Not measured: 3.14, of which no build with the platform's options and pip
    # was to be had, only Debian's, cut into packages of another layout. It is taken for 3.13.
    (3, 13): PythonPart(
        ((38_451_908, 13_515_078), (26_673_000, 8_278_000)),
        ((10_733_442, 3_697_814), (4_940_443, 1_270_024)),
        None,
    ),
}
"""By version; one that is not here is taken for the nearest."""

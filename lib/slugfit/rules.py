"""RULES: what may go, as data. A stable name, a risk class, where it looks, why it is dead weight.

Patterns are .gitignore syntax, read from the scope's own folder. A guarded rule only proposes:
a file goes when nothing that is kept refers to it (see references).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from slugfit.layout import Scope, Shape

Risk = Literal["inert", "asked"]
Condition = Literal["source beside", "no compiler use", "no jupyter", "no interpreter flag"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason for which a file may go.

    ``shapes`` limits the rule to some kinds of tree, () means all. ``needs`` names a condition
    that plan checks beyond the pattern. ``cuts`` rules shorten a file instead of removing it.
    """

    name: str
    risk: Risk
    scopes: tuple[Scope, ...]
    patterns: tuple[str, ...]
    reason: str
    guarded: bool = True
    shapes: tuple[Shape, ...] = ()
    needs: Condition | None = None
    cuts: bool = False


SOURCE_SUFFIXES = (
    *("c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "inl", "tcc", "cu", "cuh"),
    *("f", "f90", "f95", "for", "pyx", "pxd", "pxi", "pyx.in", "pxd.in", "pxi.in", "c.src"),
)

# The tag that only extension modules have: a shared library of such a name may be linked by others.
COMPILED_TESTS = tuple(
    f"{name}.{tag}.so"
    for name in (
        *("test_*", "_test_*", "*_test", "*_tests", "_ctest", "_cytest"),
        # NumPy's vector instructions one by one, for its tests of them: half a MB in every slug.
        *("/numpy/core/_simd", "/numpy/_core/_simd"),
    )
    for tag in ("cpython-*", "abi3")
)

RULES = (
    Rule(
        "optimised-bytecode",
        "inert",
        ("stdlib", "prefix"),
        ("*.opt-1.pyc", "*.opt-2.pyc"),
        "Only read under `python -O`, which no platform uses by itself.",
        guarded=False,
        needs="no interpreter flag",
    ),
    Rule(
        "tests",
        "inert",
        ("site",),
        ("tests/", "test/", "test_*.py", "*_test.py", "conftest.py", *COMPILED_TESTS),
        "Tests of installed packages; no app runs them.",
    ),
    Rule(
        "docs",
        "inert",
        ("site",),
        ("docs/", "doc/", "examples/", "example/"),
        "Documentation and examples of installed packages.",
    ),
    Rule(
        "interpreter-parts",
        "inert",
        ("stdlib",),
        (
            *("/test/", "/idlelib/", "/turtledemo/", "/lib2to3/", "/ensurepip/", "/tkinter/"),
            *("/**/test/", "/**/tests/", "/**/idle_test/", "/config-3.*-*/"),
            *("/lib-dynload/_test*.so", "/lib-dynload/_ctypes_test.*", "/lib-dynload/xx*.so"),
        ),
        "Parts of the standard library that no dyno runs: its tests, IDLE, the pip installer.",
        shapes=("slug",),
    ),
    Rule(
        "bytecode",
        "inert",
        ("site", "app"),
        ("*.pyc", "*.pyo"),
        "Python makes it again from the source that lies beside it.",
        guarded=False,
        needs="source beside",
    ),
    Rule(
        "interpreter-bytecode",
        "inert",
        ("stdlib",),
        ("*.pyc",),
        "Bytecode of Python's own modules that no start of the app loads; made again if need be.",
        guarded=False,
        shapes=("slug",),
        needs="source beside",
    ),
    Rule(
        "manuals",
        "inert",
        ("prefix",),
        ("/share/man/", "/share/doc/", "/share/info/"),
        "Manual pages that packages and Python install beside themselves.",
        guarded=False,
        shapes=("slug", "environment"),
    ),
    Rule(
        "notebooks",
        "inert",
        ("prefix",),
        ("/share/jupyter/", "/etc/jupyter/"),
        "Browser parts of Jupyter; nothing installed here serves notebooks.",
        guarded=False,
        shapes=("slug", "environment"),
        needs="no jupyter",
    ),
    Rule(
        "windows-programs",
        "inert",
        ("site",),
        ("*.exe", "*.bat", "*.cmd", "*.ps1"),
        "Programs for Windows that wheels carry for every platform.",
    ),
    Rule(
        "stubs",
        "inert",
        ("site",),
        ("*.pyi",),
        "Types for editors and type checkers; Python does not read them.",
    ),
    Rule(
        "sources",
        "inert",
        ("site",),
        tuple(f"*.{suffix}" for suffix in SOURCE_SUFFIXES),
        "C, C++, Fortran and Cython sources and headers of what is already compiled.",
        needs="no compiler use",
    ),
    Rule(
        "static-libraries",
        "inert",
        ("site",),
        ("*.a", "*.la", "*.o", "*.lib"),
        "Libraries for a linker; at run time only shared ones are loaded.",
        needs="no compiler use",
    ),
    Rule(
        "build-files",
        "inert",
        ("site",),
        ("*.cmake", "*.pc", "CMakeLists.txt", "/**/lib/pkgconfig/", "/**/share/cmake/"),
        "CMake and pkg-config files, read only when something is compiled.",
        needs="no compiler use",
    ),
    Rule(
        "interpreter-headers",
        "inert",
        ("prefix",),
        ("/include/", "/lib/pkgconfig/", "/lib/libpython*.a"),
        "Headers and link files of Python itself, for compiling extensions.",
        guarded=False,
        shapes=("slug",),
        needs="no compiler use",
    ),
    Rule(
        "symbols",
        "inert",
        ("site", "stdlib", "prefix"),
        ("*",),
        "Symbol tables and debug sections at the end of libraries, which no loader reads.",
        guarded=False,
        cuts=True,
    ),
)
"""In order: the first rule that claims a file is the one that the report names."""

SLUGIGNORE = Rule(
    "slugignore", "asked", ("app",), (), "The app's .slugignore names it.", guarded=False
)
SLUGFITIGNORE = Rule(
    "slugfitignore",
    "asked",
    ("site", "stdlib", "prefix", "app"),
    (),
    "The app's .slugfitignore, .slug-post-clean or SLUGFIT_REMOVE names it.",
    guarded=False,
)

NOTEBOOK_SERVERS = frozenset(
    {"jupyter-server", "notebook", "jupyterlab", "voila", "nbclassic", "jupyterhub"}
)
"""Distributions that read share/jupyter at run time."""


def by_name(name: str) -> Rule:
    """The rule called ``name``; raise KeyError if there is none."""
    return {rule.name: rule for rule in (*RULES, SLUGIGNORE, SLUGFITIGNORE)}[name]

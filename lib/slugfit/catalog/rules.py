"""RULES: what may go, as data, each with the reason and the source of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Risk = Literal["inert", "asked", "unused"]
"""Who says that a file may go: what it is, a list of the app, or that the app never reaches it."""

Condition = Literal[
    "source beside",
    "no compiler use",
    "no jupyter",
    "no interpreter flag",
    "no repository use",
    "installer at rest",
]
"""What a rule can ask for beyond its patterns."""

Scope = Literal["site", "stdlib", "installer", "prefix", "app"]
"""A part of a tree: packages, the standard library, an installer's own environment inside Python's
folder (the standard buildpack's Pipenv), the rest of that folder, the app."""

Shape = Literal["slug", "environment", "prefix", "target", "app"]
"""A kind of tree: a slug's root, a virtual environment, an interpreter's folder, the target of
``pip install --target``, an app without packages."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason for which a file may go."""

    name: str
    """What settings and reports call it; it does not change."""
    risk: Risk
    """Who says that the file may go."""
    scopes: tuple[Scope, ...]
    """The parts of a tree that it looks at."""
    patterns: tuple[str, ...]
    """The files, in the syntax of https://git-scm.com/docs/gitignore, from the scope's folder."""
    reason: str
    """Why the file is dead weight, a sentence for reports."""
    source: str
    """Where the reason is from: a URL, or "measured: " and what was measured."""
    guarded: bool = True
    """Whether it only proposes: the file stays if anything that is kept refers to it."""
    shapes: tuple[Shape, ...] = ()
    """The kinds of tree that it applies to; () means all."""
    needs: Condition | None = None
    """What has to hold as well."""
    cuts: bool = False
    """Whether it shortens the file, or makes it a link, instead of removing it."""


# https://gcc.gnu.org/onlinedocs/gcc/Overall-Options.html, and for Cython's
# https://cython.readthedocs.io/en/latest/src/userguide/language_basics.html.
SOURCE_SUFFIXES = (
    *("c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "inl", "tcc", "cu", "cuh"),
    *("f", "f90", "f95", "for", "pyx", "pxd", "pxi", "pyx.in", "pxd.in", "pxi.in", "c.src"),
)

# The tags of extension modules (https://peps.python.org/pep-3149/): a shared library without one
# may be linked by others. Free-threaded ones end in t: cpython-314t
# (https://docs.python.org/3/howto/free-threading-extensions.html) and abi3t
# (https://peps.python.org/pep-0803/); a platform can follow.
COMPILED_TESTS = tuple(
    f"{name}.{tag}.so"
    for name in (
        *("test_*", "_test_*", "*_test", "*_tests", "_ctest", "_cytest"),
        # NumPy's vector instructions one by one, for its tests of them; half a MB in every slug:
        # https://github.com/numpy/numpy/tree/main/numpy/_core/src/_simd
        *("/numpy/core/_simd", "/numpy/_core/_simd"),
    )
    for tag in ("cpython-*", "abi3", "abi3-*", "abi3t", "abi3t-*")
)

TEST_PROGRAMS = ("**/bin/test_*", "**/bin/*_test", "**/bin/*Test")
"""Names of compiled programs, of which the evidence tells whether they are tests.

measured: torch 2.13 has 13 of them in torch/bin, beside ``torch_shm_manager``, which it starts.
"""

RULES = (
    Rule(
        "optimised-bytecode",
        "inert",
        ("stdlib", "prefix"),
        ("*.opt-1.pyc", "*.opt-2.pyc"),
        "Only read under `python -O`, which no platform uses by itself.",
        "https://peps.python.org/pep-0488/",
        guarded=False,
        needs="no interpreter flag",
    ),
    Rule(
        "tests",
        "inert",
        ("site",),
        (
            *("tests/", "test/", "test_*.py", "*_test.py", "conftest.py"),
            *(*COMPILED_TESTS, *TEST_PROGRAMS),
        ),
        "Tests of installed packages; no app runs them.",
        "measured: of 990 MiB of packages 99.6 MB go, and none of 42 imports breaks",
    ),
    Rule(
        "docs",
        "inert",
        ("site",),
        ("docs/", "doc/", "examples/", "example/"),
        "Documentation and examples of installed packages.",
        "measured: of 42 imports two break without the guard (boto3 imports botocore.docs)",
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
        "https://github.com/docker-library/python/blob/master/Dockerfile-linux.template",
        shapes=("slug",),
    ),
    Rule(
        "bytecode",
        "inert",
        ("site", "app"),
        ("*.pyc", "*.pyo"),
        "Python makes it again from the source that lies beside it.",
        "https://docs.python.org/3/tutorial/modules.html#compiled-python-files",
        guarded=False,
        needs="source beside",
    ),
    Rule(
        "interpreter-bytecode",
        "inert",
        ("stdlib",),
        ("*.pyc",),
        "Bytecode of Python's own modules that no start of the app loads; made again if need be.",
        "https://docs.python.org/3/tutorial/modules.html#compiled-python-files",
        guarded=False,
        shapes=("slug",),
        needs="source beside",
    ),
    Rule(
        "installer-bytecode",
        "inert",
        ("installer",),
        ("*.pyc",),
        "Bytecode of Pipenv, which is done when the app runs; made again if need be.",
        "https://docs.python.org/3/tutorial/modules.html#compiled-python-files",
        guarded=False,
        shapes=("slug",),
        needs="installer at rest",
    ),
    Rule(
        "manuals",
        "inert",
        ("prefix",),
        ("/share/man/", "/share/doc/", "/share/info/"),
        "Manual pages that packages and Python install beside themselves.",
        "https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch04s11.html",
        guarded=False,
        shapes=("slug", "environment"),
    ),
    Rule(
        "notebooks",
        "inert",
        ("prefix",),
        ("/share/jupyter/", "/etc/jupyter/"),
        "Browser parts, templates and kernels of Jupyter; nothing installed here looks for them.",
        "https://docs.jupyter.org/en/latest/use/jupyter-directories.html",
        guarded=False,
        shapes=("slug", "environment"),
        needs="no jupyter",
    ),
    Rule(
        "version-control",
        "inert",
        ("prefix",),
        tuple(f"/src/*/{name}/" for name in (".git", ".hg", ".svn", ".bzr")),
        "History of packages installed from a repository (`-e git+…`); Python reads none of it.",
        # Where pip puts them; the standard buildpack passes the same folder as --src.
        "https://pip.pypa.io/en/stable/topics/vcs-support/#editable-vcs-installs",
        guarded=False,
        shapes=("slug", "environment"),
        needs="no repository use",
    ),
    Rule(
        "windows-programs",
        "inert",
        ("site",),
        ("*.exe",),
        "Programs for Windows that wheels carry for every platform.",
        "https://packaging.python.org/en/latest/specifications/entry-points/#use-for-scripts",
    ),
    Rule(
        "stubs",
        "inert",
        ("site",),
        ("*.pyi",),
        "Types for editors and type checkers; Python does not read them.",
        "https://typing.python.org/en/latest/spec/distributing.html#stub-files",
    ),
    Rule(
        "sources",
        "inert",
        ("site",),
        tuple(f"*.{suffix}" for suffix in SOURCE_SUFFIXES),
        "C, C++, Fortran and Cython sources and headers of what is already compiled.",
        "measured: of 42 imports none breaks; what compiles at run time is in compilers.py",
        needs="no compiler use",
    ),
    Rule(
        "static-libraries",
        "inert",
        ("site",),
        ("*.a", "*.la", "*.o", "*.lib"),
        "Libraries for a linker; at run time only shared ones are loaded.",
        "https://man7.org/linux/man-pages/man8/ld.so.8.html",
        needs="no compiler use",
    ),
    Rule(
        "build-files",
        "inert",
        ("site",),
        ("*.cmake", "*.pc", "CMakeLists.txt", "/**/lib/pkgconfig/", "/**/share/cmake/"),
        "CMake and pkg-config files, read only when something is compiled.",
        "https://cmake.org/cmake/help/latest/command/find_package.html",
        needs="no compiler use",
    ),
    Rule(
        "interpreter-headers",
        "inert",
        ("prefix",),
        ("/include/", "/lib/pkgconfig/", "/lib/libpython*.a"),
        "Headers and link files of Python itself, for compiling extensions.",
        "https://docs.python.org/3/extending/building.html",
        guarded=False,
        shapes=("slug",),
        needs="no compiler use",
    ),
    Rule(
        "duplicates",
        "inert",
        ("site", "stdlib", "installer", "prefix"),
        (),
        "Copies of a library beside it, where wheels cannot have links: one file, several names.",
        "measured: pyarrow 26.0.1 has a library three times, 1.3 of its 55 MB",
        guarded=False,
        shapes=("slug",),
        cuts=True,
    ),
    Rule(
        "symbols",
        "inert",
        ("site", "stdlib", "installer", "prefix"),
        ("*",),
        "Symbol tables and debug sections at the end of libraries, which no loader reads.",
        "https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.intro.html",
        guarded=False,
        cuts=True,
    ),
)
"""In order: the first rule that claims a file is the one that the report names."""

SLUGIGNORE = Rule(
    "slugignore",
    "asked",
    ("app",),
    (),
    "The app's .slugignore names it.",
    "https://devcenter.heroku.com/articles/slug-compiler#ignoring-files-with-slugignore",
    guarded=False,
)
SLUGFITIGNORE = Rule(
    "slugfitignore",
    "asked",
    ("site", "stdlib", "installer", "prefix", "app"),
    (),
    "The app's .slugfitignore, .slug-post-clean or SLUGFIT_REMOVE names it.",
    "https://git-scm.com/docs/gitignore",
    guarded=False,
)

UNUSED = Rule(
    "unused",
    "unused",
    ("site", "prefix"),
    (),
    "Nothing that the app reaches imports or names its package.",
    "measured: small apps that use packages dynamically, before and after (docs/unused.md)",
    guarded=False,
)
"""What SLUGFIT_LEVEL=unused takes; a search from the app names the files, not a pattern."""

SERVICES = Rule(
    "service-data",
    "unused",
    ("site",),
    (),
    "It describes a service that nothing which the app reaches asks for.",
    "https://github.com/boto/botocore/issues/1543",
    guarded=False,
)
"""The same, of the packages in SERVICE_DATA."""

TRANSLATIONS = Rule(
    "translations",
    "unused",
    ("site",),
    (),
    "A translation into a language that neither SLUGFIT_LOCALES nor the app names.",
    "https://www.gnu.org/software/gettext/manual/html_node/Locating-Catalogs.html",
    guarded=False,
)
"""The same, if SLUGFIT_LOCALES says which languages the app needs."""

SEARCHED = (UNUSED, SERVICES, TRANSLATIONS)
"""The rules whose files a search from the app names, the one that decides first."""

RULE_NAMES = tuple(rule.name for rule in (*RULES, *SEARCHED))
"""What SLUGFIT_RULES_OFF accepts."""

JUPYTER_READERS = frozenset(
    {
        # https://docs.jupyter.org/en/latest/use/jupyter-directories.html
        *("jupyter-server", "notebook", "jupyterlab", "voila", "nbclassic", "jupyterhub"),
        # Its templates: https://nbconvert.readthedocs.io/en/latest/customizing.html
        "nbconvert",
        # The kernels: https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernelspecs
        "jupyter-client",
    }
)
"""Distributions that read share/jupyter at run time."""

REPOSITORY_READERS = frozenset(
    {
        *("setuptools-scm", "versioningit", "dunamai", "setuptools-git-versioning"),
        *("gitpython", "dulwich", "pygit2", "mercurial"),
    }
)
"""Distributions that read a repository; some packages ask one of them for their version at import.

https://setuptools-scm.readthedocs.io/en/latest/usage/#retrieving-package-version-at-runtime
"""


def rule_named(name: str) -> Rule:
    """The rule called ``name``; raise KeyError if there is none."""
    return {rule.name: rule for rule in (*RULES, SLUGIGNORE, SLUGFITIGNORE, *SEARCHED)}[name]

"""What a start of Python loads without an import statement.

``python -X importtime`` shows it: https://docs.python.org/3/using/cmdline.html#cmdoption-X.
"""

from __future__ import annotations

ALWAYS_LOADED = (
    *("site", "runpy", "traceback"),
    *("encodings.ascii", "encodings.idna", "encodings.latin_1", "encodings.utf_8"),
)
"""What Python loads before the app, or for the first name or error that the app meets.

site: https://docs.python.org/3/library/site.html; runpy (``python -m``):
https://docs.python.org/3/library/runpy.html; traceback: the first error that is printed; the
encodings: the first text of each, https://docs.python.org/3/library/codecs.html.
"""

ALSO_LOADED = {
    # Its __getattr__: https://github.com/python/cpython/blob/3.13/Lib/concurrent/futures/__init__.py
    "concurrent.futures": ("concurrent.futures.process", "concurrent.futures.thread"),
    # From C: https://github.com/python/cpython/blob/3.13/Modules/_datetimemodule.c
    "datetime": ("_strptime",),
    # From C: https://github.com/python/cpython/blob/3.13/Modules/_decimal/_decimal.c
    "decimal": ("numbers",),
    # At the first use: https://github.com/python/cpython/blob/3.13/Lib/importlib/_bootstrap_external.py
    "importlib.resources": ("importlib.readers",),
    # At the first use: https://github.com/python/cpython/blob/3.13/Lib/multiprocessing/context.py
    "multiprocessing": (
        *("multiprocessing.pool", "multiprocessing.popen_fork", "multiprocessing.queues"),
        *("multiprocessing.shared_memory", "multiprocessing.synchronize"),
    ),
    # From C: https://github.com/python/cpython/blob/3.13/Modules/_elementtree.c
    "xml.etree.ElementTree": ("copy", "xml.etree.ElementPath"),
    # By name, for TZPATH: https://github.com/python/cpython/blob/3.13/Lib/zoneinfo/_tzpath.py
    "zoneinfo": ("_sysconfigdata",),
}
"""Modules that load others without an import statement: from C, by name, or at the first use."""

FROZEN_MODULES = (
    *("_collections_abc", "_sitebuiltins", "abc", "codecs", "genericpath", "io", "ntpath", "os"),
    *("importlib._bootstrap", "importlib._bootstrap_external", "importlib.machinery"),
    *("importlib.util", "posixpath", "runpy", "site", "stat", "zipimport"),
)
"""Modules that Python has inside of itself from FROZEN_SINCE on, and does not read.

https://docs.python.org/3/whatsnew/3.11.html#frozen-imports-static-code-objects
"""

FROZEN_SINCE = (3, 11)

NEVER_LOADED = (
    *("asyncio.proactor_events", "asyncio.windows_events", "asyncio.windows_utils"),
    *("ctypes._aix", "ctypes.macholib.dyld", "multiprocessing.popen_spawn_win32", "nturl2path"),
    *("_py_abc", "_pydatetime", "_pydecimal", "_pyio", "zoneinfo._zoneinfo"),
)
"""Modules that import statements name, but for other systems or without their compiled twins.

The twins are those of https://peps.python.org/pep-0399/.
"""

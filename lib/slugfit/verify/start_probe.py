"""What a start of the app loads, and its bytecode: more kinds of steps for probe.py.

probe.py gets this file's text with its task, and runs it in the same process. Valid for every
Python from 3.8.
"""

from __future__ import annotations

import base64
import functools
import importlib
import importlib.util
import marshal
import os
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


READ: set[str] = set()
"""The bytecode that was read."""
SAMPLE_SECONDS = 0.2
"""For finding out what compiling costs here."""
UNCHECKED_HASH = 1
"""Flags of bytecode that is taken without a look at its source: https://peps.python.org/pep-0552/."""


def kinds(root: str, shown: str) -> dict[str, Callable[[str], object]]:
    """How a step of each kind is tried, by its name."""
    began = time.monotonic()
    return {
        "start": load,
        "serve": serve,
        "loaded": lambda _: tell_loaded(began),
        "compile": functools.partial(compile_source, root=root, shown=shown),
    }


def begin(own: frozenset[str]) -> None:
    """From here on note what is loaded; ``own`` are the modules that every program has.

    What this program loaded for itself is forgotten, so that it is told from what the app loads.
    """
    for name in sys.modules.keys() - own - {"__main__"}:
        del sys.modules[name]
    sys.addaudithook(note_read)


def load(name: str) -> None:
    """Import a module as the app does: ``pkg.mod``, or ``pkg.mod:name`` for a name in it."""
    module, _, attribute = name.partition(":")
    found = importlib.import_module(module)
    if attribute:
        getattr(found, attribute)


def serve(part: str) -> None:
    """Make what Django makes for its first request; it is set up already."""
    if part == "middleware":
        importlib.import_module("django.core.handlers.wsgi").WSGIHandler()
    elif part == "urls":
        getattr(importlib.import_module("django.urls").get_resolver(), "url_patterns")  # noqa: B009
    elif part == "templates":
        for backend in importlib.import_module("django.template").engines.all():
            getattr(getattr(backend, "engine", None), "template_loaders", None)
        importlib.import_module("django.utils.formats").get_format("DATE_FORMAT")
    elif part == "databases":
        importlib.import_module("django.db").connections.all()
    else:
        settings = importlib.import_module("django.conf").settings
        load_named = importlib.import_module("django.utils.module_loading").import_string
        load_named(getattr(settings, part))


def tell_loaded(began: float) -> dict[str, Any]:
    """What was read from files since this Python began, and in what time."""
    seconds = time.monotonic() - began
    files = {file for module in list(sys.modules.values()) for file in source_files(module)}
    # Also what could not be imported to its end, or took another object's place.
    files.update(map(importlib.util.source_from_cache, READ))
    return {
        "files": sorted(files),
        "tag": sys.implementation.cache_tag,
        "magic": importlib.util.MAGIC_NUMBER.hex(),
        "seconds": seconds,
        "compiling": seconds_to_compile(sorted(files)),
    }


def note_read(event: str, arguments: Any) -> None:  # noqa: ANN401 - as hooks get it
    """Remember the bytecode that the import system opens."""
    name = arguments[0] if event == "open" else None
    if isinstance(name, str) and name.endswith(".pyc") and "__pycache__" in name:
        READ.add(os.path.abspath(name))


def source_files(module: Any) -> Iterator[str]:  # noqa: ANN401 - anything can be a module
    """The source that a module was made from; modules that are frozen into Python have none."""
    try:
        # Not by an attribute: that is when a lazy module loads.
        spec = object.__getattribute__(module, "__dict__").get("__spec__")
        if spec is not None and spec.cached and spec.origin.endswith(".py"):
            yield os.path.abspath(spec.origin)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no module with a source
        sys.stderr.write(f"{error}\n")


def seconds_to_compile(files: list[str]) -> float:
    """About how long compiling these sources takes, from a few of them."""
    spent = 0.0
    tried = 0
    sizes = {file: os.path.getsize(file) for file in files if os.path.isfile(file)}
    # All over the list: the modules of one package are alike.
    for file in sorted(sizes, key=lambda file: hash((len(file), sizes[file]))):
        if spent > SAMPLE_SECONDS:
            break
        started = time.monotonic()
        try:
            with open(file, "rb") as opened:
                compile(opened.read(), file, "exec", dont_inherit=True)
        except (OSError, SyntaxError, ValueError):
            continue
        spent += time.monotonic() - started
        tried += sizes[file]
    return spent * sum(sizes.values()) / tried if tried else 0.0


def compile_source(path: str, root: str, shown: str) -> str:
    """The bytecode of the source ``path``, as the base64 text of a whole ``.pyc``."""
    with open(os.path.join(root, path), "rb") as file:
        source = file.read()
    # What is referred to once is written in another way than what is referred to twice: held here,
    # the name is the latter in every run.
    name = os.path.join(shown, path)
    code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    head = importlib.util.MAGIC_NUMBER + UNCHECKED_HASH.to_bytes(4, "little")
    whole = head + importlib.util.source_hash(source) + marshal.dumps(code)
    return base64.b64encode(whole).decode()

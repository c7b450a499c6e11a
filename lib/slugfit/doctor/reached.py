"""Requirements that the app can do without: guarded imports, and what nothing reaches.

Import names come from the RECORDs of an environment; a name is never guessed. Without one only the
few packages of IMPORTED_AS are looked at.
"""

from __future__ import annotations

import re
from itertools import repeat
from typing import TYPE_CHECKING

from slugfit.catalog.requirers import REQUIRES_TENSORFLOW, REQUIRES_TORCH
from slugfit.doctor.changes import requirers, size_of, without
from slugfit.doctor.finding import Finding
from slugfit.doctor.packages import is_test
from slugfit.scan.bytecode import read_if_readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.doctor.app import App, Requirement
    from slugfit.doctor.installed import Installed
    from slugfit.doctor.sources import SourceImport
    from slugfit.scan.distributions import EntryPoint


IMPORTED_AS: Mapping[str, str] = {
    "tensorflow": "tensorflow",  # https://www.tensorflow.org/install/pip
    "tensorflow-cpu": "tensorflow",
    "torch": "torch",  # https://pytorch.org/get-started/locally/
    "jax": "jax",  # https://docs.jax.dev/en/latest/installation.html
    "transformers": "transformers",  # https://huggingface.co/docs/transformers/installation
    "onnxruntime": "onnxruntime",  # https://onnxruntime.ai/docs/install/
    "spacy": "spacy",  # https://spacy.io/usage
    "pyspark": "pyspark",  # https://spark.apache.org/docs/latest/api/python/
}
_LEAST = 1_000_000
"""Bytes that are worth a word."""
_SEARCHED = 1 << 28
"""Bytes of other packages' sources that are looked through for who imports one."""


def reached_findings(app: App) -> Iterator[Finding]:
    """Guarded imports first, then what nothing reaches."""
    imports = [
        (source.path, item)
        for source in app.sources
        if not is_test(source.path)
        for item in source.imports
    ]
    for item in app.required():
        yield from _optional(app, item, imports)
    if app.installed is not None:
        yield from _unused(app, app.installed)


def _optional(
    app: App, item: Requirement, imports: list[tuple[str, SourceImport]]
) -> Iterator[Finding]:
    module = IMPORTED_AS.get(item.name, "")
    uses = [(path, use) for path, use in imports if use.module.partition(".")[0] == module]
    if not module or not uses or not all(use.guarded for _, use in uses):
        return
    if _required_by_name(app, item.name) or (
        app.installed
        and any(item.name in other.requires for other in app.installed.distributions.values())
    ):
        return
    path, use = uses[0]
    size, edits = size_of(app, item.name), without(app, item)
    yield Finding(
        "optional-import",
        path,
        use.line,
        item.name,
        (module,),
        size,
        edits,
        mechanical=False,
    )


def _required_by_name(app: App, name: str) -> bool:
    """Whether another requirement is known to bring it all the same."""
    known = {"torch": REQUIRES_TORCH, "tensorflow": REQUIRES_TENSORFLOW}.get(name, {})
    return bool(requirers(app, known))


def _unused(app: App, installed: Installed) -> Iterator[Finding]:
    """Requirements with no sign of use, in the app or in what it uses."""
    used = _used(installed, _words(app))
    left = {
        item: installed.modules[item.name]
        for item in app.required()
        if item.name not in used
        and installed.modules.get(item.name)
        and installed.sizes[item.name].bytes >= _LEAST
    }
    reached = _imported_by(installed, used, {name for names in left.values() for name in names})
    for item, modules in left.items():
        if reached.isdisjoint(modules):
            size, edits = size_of(app, item.name), without(app, item)
            yield Finding(
                "unused-requirement",
                item.file,
                item.line,
                item.name,
                (", ".join(sorted(modules)),),
                size,
                edits,
                mechanical=False,
            )


def _used(installed: Installed, said: set[str]) -> set[str]:
    """What the app has a word of, what others find by itself, and all that those may ask for."""
    waiting = [
        name
        for name, dist in installed.distributions.items()
        if not said.isdisjoint((name, name.replace("-", "_"), *installed.modules[name]))
        or any(map(_is_plugin, repeat(name), dist.entry_points))
    ]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in used and name in installed.distributions:
            used.add(name)
            dist = installed.distributions[name]
            waiting += (*dist.requires, *dist.extras)
    return used


def _words(app: App) -> set[str]:
    """Every word of the app's files but the lists of what is installed."""
    lists = {file.path for file in app.requirements} | {lock.path for lock in app.locks}
    texts = [
        text
        for path, text in app.texts.items()
        if path not in lists
        and not path.lower().endswith((".md", ".rst", ".lock"))
        and "requirements" not in path
        and path not in ("Pipfile", "environment.yml")
    ]
    words = {word for text in texts for word in _WORD.findall(text)}
    words.update(word for text in texts for word in _HYPHENED.findall(text))
    for source in app.sources:
        words.update(source.tops(), source.names)
        words.update(word for text in source.literals for word in _WORD.findall(text))
    return words


_WORD = re.compile(r"\w+")
_HYPHENED = re.compile(r"\w+(?:-\w+)+")


def _is_plugin(name: str, point: EntryPoint) -> bool:
    """Whether others find it by an entry point: no program, nor a place for its own plugins."""
    own = point.group.replace("_", "-").startswith(name)
    return not own and point.group not in ("console_scripts", "gui_scripts")


def _imported_by(installed: Installed, used: set[str], modules: set[str]) -> set[str]:
    """Which of these modules a source of what is used imports, or names in a text."""
    if not modules:
        return set()
    names = b"|".join(map(str.encode, map(re.escape, sorted(modules))))
    pattern = re.compile(rb"(?:\b(?:import|from)[ \t]+|[\"'])(" + names + rb")\b")
    found: set[str] = set()
    left = _SEARCHED
    for name in sorted(used):
        for path in installed.distributions[name].files:
            if path.endswith(".py") and left > 0:
                data = read_if_readable(installed.root / path)
                left -= len(data)
                found.update(match.decode() for match in pattern.findall(data))
    return found if left > 0 else modules

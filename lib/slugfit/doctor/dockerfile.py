"""Dockerfiles: instructions and the variables that they set.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from slugfit.doctor.app import Command, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_INSTRUCTION = re.compile(r"\s*(?P<word>[A-Za-z]+)\s+(?P<rest>.*)", re.DOTALL)
_ASSIGNED = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)", re.DOTALL)


def is_dockerfile(path: str) -> bool:
    """Whether the name is one that builders look for."""
    name = path.rpartition("/")[2]
    return name in ("Dockerfile", "Containerfile") or name.startswith("Dockerfile.")


def parse_dockerfile(text: str) -> tuple[Command, ...]:
    """The instructions, joined where a backslash ends a line."""
    found: list[Command] = []
    held: list[str] = []
    start = 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or (held and not line.strip()):
            continue
        start = start if held else number
        joined = line.rstrip().endswith("\\")
        held.append(line.rstrip().removesuffix("\\"))
        match = None if joined else _INSTRUCTION.fullmatch(" ".join(held))
        if match:
            count = number - start + 1
            found.append(Command(match["word"].upper(), match["rest"].strip(), start, count))
        held = held if joined else []
    return tuple(found)


def docker_settings(files: Mapping[str, tuple[Command, ...]]) -> Iterator[Setting]:
    """The variables of ENV: ``NAME=value …``, and ``NAME value``."""
    for path, commands in files.items():
        for command in commands:
            if command.word == "ENV":
                for name, value in _pairs(command.rest):
                    yield Setting(name, value, path, command.line)


def _pairs(rest: str) -> Iterator[tuple[str, str]]:
    first, _, value = rest.partition(" ")
    if "=" not in first:
        yield first, value.strip()
        return
    try:
        words = shlex.split(rest)
    except ValueError:
        return
    for word in words:
        match = _ASSIGNED.fullmatch(word)
        if match:
            yield match["name"], match["value"]

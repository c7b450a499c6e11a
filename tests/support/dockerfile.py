"""Just enough of a Dockerfile's meaning to run a recipe without Docker, as an ordinary user.

The folders that the recipe names at the root (``/app``) lie in one folder instead, the same one for
each stage, because an environment cannot be moved; a finished stage is set aside.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

ROOTS = re.compile(r"(?<![\w./}])/(?=(?:app|opt/venv|tmp)\b)")
"""Where an absolute path of the image begins, in a command."""


@dataclass(frozen=True)
class Step:
    """One instruction: ``RUN``, and the rest of its line."""

    name: str
    rest: str


def read(text: str) -> list[Step]:
    """The instructions of a Dockerfile, without comments, lines that go on as one."""
    joined = text.replace("\\\n", " ")
    lines = (line.strip() for line in joined.splitlines())
    found = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    return [Step(name.upper(), rest) for name, rest in found]


@dataclass
class Image:
    """The folder that is ``/`` in the last stage, its variables, where it is, what it starts."""

    root: Path
    variables: dict[str, str]
    workdir: str = "/"
    command: str = ""

    def mapped(self, text: str) -> str:
        """``text`` with the image's absolute paths where they are here."""
        return ROOTS.sub(f"{self.root}/", text)

    @property
    def folder(self) -> Path:
        return self.root / self.workdir.lstrip("/")


def build(
    steps: list[Step],
    context: Path,
    work: Path,
    variables: Mapping[str, str],
    around: Callable[[Image, str], None],
) -> Image:
    """Run ``steps`` in the empty folder ``work``; RUN goes through ``around``, mapped."""
    image = Image(work / "image", {})
    stages: dict[str, Path] = {}
    name = ""
    for step in steps:
        if step.name == "FROM":
            if image.root.exists():
                stages[name] = image.root.rename(work / f"stage-{name}")
            name = step.rest.partition(" AS ")[2].strip()
            image = Image(work / "image", dict(variables))
            (image.root / "tmp").mkdir(parents=True)
        elif step.name == "COPY":
            _copy(step.rest, image, context, stages)
        elif step.name == "RUN":
            around(image, image.mapped(step.rest))
        elif step.name == "ENV":
            image.variables.update(_pairs(image.mapped(step.rest), image.variables))
        elif step.name == "WORKDIR":
            image.workdir = step.rest
        elif step.name == "CMD":
            image.command = image.mapped(step.rest)
        else:
            assert step.name in {"ARG", "EXPOSE"}, step
    return image


def shell(image: Image, command: str) -> str:
    """One RUN in the image; what it printed."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=image.folder,
        env=image.variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def _copy(rest: str, image: Image, context: Path, stages: Mapping[str, Path]) -> None:
    *flags, source, target = rest.split()
    start = stages[flags[0].removeprefix("--from=")] if flags else context
    place = image.root / target.lstrip("/")
    origin = start / source.lstrip("/")
    if origin.is_dir():
        shutil.copytree(origin, place, symlinks=True, dirs_exist_ok=True, ignore=_ignored(context))
    else:
        shutil.copy(origin, place)


def _ignored(context: Path) -> Callable[[str, list[str]], set[str]]:
    """What .dockerignore names at the context's top."""
    names = set((context / ".dockerignore").read_text().split())
    return lambda folder, found: names & set(found) if folder == str(context) else set()


def _pairs(text: str, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for pair in text.split():
        name, _, value = pair.partition("=")
        yield name, re.sub(r"\$(\w+)", lambda found: known.get(found[1], ""), value)

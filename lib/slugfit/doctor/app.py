"""App: the facts of a repository, read once (reading.py); checks look at nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.base.patterns import PatternSet
    from slugfit.doctor.installed import Installed
    from slugfit.doctor.sizes import Size
    from slugfit.doctor.sources import Source


@dataclass(frozen=True, slots=True)
class Requirement:
    """One distribution that a requirements file asks for."""

    name: str
    """Normalised."""
    file: str
    line: int
    text: str
    """The logical line, without its comment."""
    extras: frozenset[str] = frozenset()
    specifier: str = ""
    """Without blanks: ``==1.2``; "" for any version."""
    marker: str = ""
    url: str = ""
    """Where it is taken from; "" for an index."""

    @property
    def pin(self) -> str:
        """The one version that it allows, "" if there are several."""
        exact = self.specifier.startswith("==") and not any(c in self.specifier for c in ",*")
        return self.specifier.lstrip("=") if exact else ""


@dataclass(frozen=True, slots=True)
class RequirementsFile:
    """One requirements file."""

    path: str
    requirements: tuple[Requirement, ...]
    options: tuple[tuple[int, str], ...]
    """Its other lines (``-r``, ``--index-url``), with their numbers."""
    constraint: bool = False
    """Whether it only constrains: https://pip.pypa.io/en/stable/user_guide/#constraints-files."""


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """One distribution of a lock file."""

    name: str
    version: str
    line: int
    size: int | None = None
    """Bytes of its wheel for Linux on x86-64, where the lock file tells."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A lock file."""

    path: str
    packages: tuple[LockedPackage, ...]

    def version_of(self, name: str) -> LockedPackage | None:
        """The package of this name."""
        return next((item for item in self.packages if item.name == name), None)


@dataclass(frozen=True, slots=True)
class Process:
    """A command that the platform starts."""

    name: str
    """Its process type."""
    command: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Setting:
    """A variable that a file of the repository sets."""

    name: str
    value: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Command:
    """One instruction of a Dockerfile, its lines joined."""

    word: str
    """In capital letters: ``RUN``."""
    rest: str
    line: int
    count: int
    """How many lines it has."""


@dataclass(frozen=True)
class App:
    """What the repository holds."""

    files: Mapping[str, int]
    """The bytes of every file that a deployment gets, by its path."""
    texts: Mapping[str, str]
    """What the files say that checks read, by their paths."""
    requirements: tuple[RequirementsFile, ...] = ()
    """Those that are deployed: what the platform reads, and what that includes."""
    locks: tuple[Locked, ...] = ()
    processes: tuple[Process, ...] = ()
    settings: tuple[Setting, ...] = ()
    docker: Mapping[str, tuple[Command, ...]] = field(default_factory=dict)
    """The instructions of each Dockerfile."""
    sources: tuple[Source, ...] = ()
    sizes: Mapping[str, Size] = field(default_factory=dict)
    """What distributions weigh, by normalised name."""
    installed: Installed | None = None
    """An environment in which the app is installed."""
    slugignore: PatternSet | None = None
    """The lines of .slugignore that count."""

    def reaches_build(self, path: str) -> bool:
        """Whether a file is there, and .slugignore leaves it."""
        ignored = self.slugignore is not None and self.slugignore.excludes(path) is not None
        return path in self.files and not ignored

    def required(self) -> Iterator[Requirement]:
        """Every deployed requirement for Linux."""
        for file in self.requirements:
            if not file.constraint:
                yield from (item for item in file.requirements if for_linux(item.marker))

    def names(self) -> frozenset[str]:
        """The distributions that are known to be installed: required, or locked."""
        locked = {item.name for lock in self.locks for item in lock.packages}
        return frozenset(locked.union(item.name for item in self.required()))

    @property
    def on_buildpack(self) -> bool:
        """Whether the standard buildpack builds it, as far as the files tell."""
        if "heroku.yml" in self.files:
            return False
        if "Procfile" in self.files or self.marks():
            return True
        elsewhere = _ELSEWHERE.intersection(self.files) or _HOSTED & self.names()
        return not elsewhere and not any("/" not in path for path in self.docker)

    def marks(self) -> frozenset[str]:
        """The files that only platforms with buildpacks read."""
        found = {"Aptfile", ".slugignore", ".buildpacks"}.intersection(self.files)
        manifest = self.texts.get("app.json", "")
        # Expo's file for phones has the same name.
        if any(f'"{key}"' in manifest for key in ("env", "buildpacks", "formation", "addons")):
            found.add("app.json")
        return frozenset(found)

    @property
    def for_gpu(self) -> bool:
        """Whether a Dockerfile asks for a base with a GPU's libraries."""
        bases = (
            item.rest.lower()
            for commands in self.docker.values()
            for item in commands
            if item.word == "FROM"
        )
        return any("cuda" in base or "nvcr.io" in base or "rocm" in base for base in bases)


_ELSEWHERE = frozenset(
    (
        *(
            "render.yaml",
            "fly.toml",
            "vercel.json",
            "netlify.toml",
            "railpack.json",
            "nixpacks.toml",
        ),
        *("railway.json", "railway.toml", "app.yaml", "serverless.yml", "project.toml"),
    )
)
"""The files of platforms that build in their own way."""
_HOSTED = frozenset({"streamlit", "gradio"})
"""Whose own hosts read requirements.txt and runtime.txt, and no Procfile:
https://docs.streamlit.io/deploy/streamlit-community-cloud,
https://huggingface.co/docs/hub/spaces-dependencies."""
_OTHER_SYSTEMS = (
    "sys_platform=='win32'",
    "sys_platform=='darwin'",
    "sys_platform=='cygwin'",
    "platform_system=='windows'",
    "platform_system=='darwin'",
    "os_name=='nt'",
    "sys_platform!='linux'",
    "platform_system!='linux'",
    "platform_machine=='arm64'",
    "platform_machine=='aarch64'",
)


def for_linux(marker: str) -> bool:
    """Whether a marker can hold on Linux on x86-64: the plain forms of a condition are known."""
    text = marker.replace('"', "'").replace(" ", "").lower()
    return " or " in marker or not any(item in text for item in _OTHER_SYSTEMS)

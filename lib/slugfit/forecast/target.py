"""Where a slug will run: its Python, its C library and its processor. Pure."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# https://peps.python.org/pep-0600/#legacy-manylinux-tags
_LEGACY = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}
_OLDEST = {"x86_64": 5}
_OLDEST_OTHER = 17
_FIRST_ABI3 = 2
_NEWEST_PATCH = 99
"""A platform installs the newest release of a series; none has had so many."""


@dataclass(frozen=True, slots=True)
class Target:
    """Linux with glibc, and CPython."""

    python: tuple[int, int]
    arch: str
    """As wheels name it: ``x86_64`` or ``aarch64``."""
    glibc: tuple[int, int]
    stack: str

    @property
    def version(self) -> str:
        """``3.14``."""
        return f"{self.python[0]}.{self.python[1]}"

    def marker_values(self) -> Mapping[str, str]:
        """The variables of environment markers."""
        full = f"{self.version}.{_NEWEST_PATCH}"
        return {
            "python_version": self.version,
            "python_full_version": full,
            "implementation_version": full,
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "os_name": "posix",
            "sys_platform": "linux",
            "platform_system": "Linux",
            "platform_machine": self.arch,
            "platform_release": "",
            "platform_version": "",
        }

    def platforms(self) -> Iterator[str]:
        """Platform tags of wheels that run there, the best first."""
        major, newest = self.glibc
        for minor in range(newest, _OLDEST.get(self.arch, _OLDEST_OTHER) - 1, -1):
            yield f"manylinux_{major}_{minor}_{self.arch}"
            if (major, minor) in _LEGACY:
                yield f"{_LEGACY[major, minor]}_{self.arch}"
        yield f"linux_{self.arch}"

    def tags(self) -> Mapping[str, int]:
        """The tags of wheels that fit, each with its rank: 0 is the best."""
        return {tag: rank for rank, tag in enumerate(dict.fromkeys(self._tags()))}

    def _tags(self) -> Iterator[str]:
        """https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/."""
        platforms = tuple(self.platforms())
        major, minor = self.python
        own = f"cp{major}{minor}"
        for abi in (own, "abi3", "none"):
            yield from (f"{own}-{abi}-{place}" for place in platforms)
        for older in range(minor - 1, _FIRST_ABI3 - 1, -1):
            yield from (f"cp{major}{older}-abi3-{place}" for place in platforms)
        pythons = [f"py{major}{minor}", f"py{major}"]
        pythons += [f"py{major}{older}" for older in range(minor - 1, -1, -1)]
        for python in pythons:
            yield from (f"{python}-none-{place}" for place in platforms)
        yield f"{own}-none-any"
        yield from (f"{python}-none-any" for python in pythons)


def machine() -> str:
    """The processor here, as people name it; ``amd64`` where that is another kind."""
    return "arm64" if platform.machine() in ("aarch64", "arm64") else "amd64"


def wheel_rank(filename: str, tags: Mapping[str, int]) -> tuple[int, int] | None:
    """How well a wheel fits, the lowest the best; None if it does not, or is none.

    Among equals the highest build number wins, as in pip.
    """
    parts = filename.removesuffix(".whl").split("-")
    if not filename.endswith(".whl") or len(parts) not in (5, 6):
        return None
    build = parts[2] if len(parts) == 6 else ""  # noqa: PLR2004 - with a build number
    number = "".join(char for char in build if char.isdigit())
    named = (
        f"{python}-{abi}-{platform}"
        for python in parts[-3].split(".")
        for abi in parts[-2].split(".")
        for platform in parts[-1].split(".")
    )
    ranks = [tags[tag] for tag in named if tag in tags]
    return (min(ranks), -int(number or 0)) if ranks else None

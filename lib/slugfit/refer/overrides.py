"""The overrides that apply to a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.catalog.overrides import OVERRIDES, Override, release_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.scan.distributions import Distribution


def applying_overrides(
    distributions: Iterable[Distribution], overrides: Iterable[Override] = OVERRIDES
) -> Iterator[tuple[str, Override]]:
    """The paths that overrides speak of in this tree, as its own names, each with its override."""
    wanted = {override.distribution: override for override in overrides}
    for dist in distributions:
        override = wanted.get(dist.name)
        if override is None or not override.since <= release_numbers(dist.version) < override.until:
            continue
        lead = f"{dist.site}/" if dist.site else ""
        for path in override.paths:
            if path.endswith("/"):
                inside = (file for file in dist.files if file.startswith(lead + path))
                yield from ((file, override) for file in sorted(inside))
            else:
                yield lead + path, override

"""Facts of this run, apart from what the user set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.base.progress import Progress
from slugfit.settings.config_vars import ConfigVars

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Run:
    """Where and for whom the engine runs."""

    config_vars: ConfigVars = field(default_factory=lambda: ConfigVars(environment={}))
    """The app's config vars."""
    app: Path | None = None
    """The app's folder where it is not part of the tree, absolute; None where the tree holds it."""
    started: float | None = None
    """When the platform's build began, in seconds since 1970; None if there is no such build."""
    tree_is_cached: bool = False
    """Whether the next build's installer starts from the slimmed tree, as after a hook."""
    cache: Path | None = None
    """Slugfit's own folder in the build cache, None if there is no such cache."""
    slugignore_applied: bool = False
    """Whether the platform applied .slugignore: what it names now was made by the build."""
    progress: Progress = field(default_factory=Progress, compare=False)
    """Where the stage is noted that is going on."""

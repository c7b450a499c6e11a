"""How long each stage took, and how long there is."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from slugfit.base.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clock:
    """How long each stage took, and when everything has to be done."""

    seconds: dict[str, float] = field(default_factory=dict)
    """Wall-clock seconds by stage; a stage that runs twice counts both."""
    end: float = math.inf
    """When everything has to be done, as ``time.monotonic`` counts; infinite without an end."""
    progress: Progress = field(default_factory=Progress)
    """Where the stage is noted that is going on."""

    def left(self) -> float:
        """Seconds until the end; negative after it, infinite without one."""
        return self.end - time.monotonic()

    def time(self, stage: str, act: Callable[[], T]) -> T:
        """Run ``act`` and note its time, also when it raises."""
        started = time.monotonic()
        try:
            with self.progress.during(stage):
                return act()
        finally:
            spent = self.seconds.get(stage, 0.0) + time.monotonic() - started
            self.seconds[stage] = round(spent, 3)

"""What is being done at the moment, noted by the work itself for whoever tells it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(eq=False, slots=True)
class Stage:
    """A stage that has begun."""

    name: str
    """"" while there is nothing to tell."""
    began: float = field(default_factory=time.monotonic)
    """As ``time.monotonic`` counts."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The stages that have begun and not ended; several threads may have one each."""

    stages: list[Stage] = field(default_factory=list)

    @contextmanager
    def during(self, name: str) -> Iterator[Stage]:
        """Note that this stage lasts as long as the block, which may change it."""
        stage = Stage(name)
        self.stages.append(stage)
        try:
            yield stage
        finally:
            self.stages.remove(stage)

    def current(self) -> Stage | None:
        """The stage that began last, None between stages."""
        return next(reversed(self.stages), None)

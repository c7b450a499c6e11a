"""What can go wrong in a forecast that the user can mend."""

from __future__ import annotations

from slugfit.base.errors import SlugfitError, UsageError


class ForecastError(UsageError):
    """The packages could not be found out, or the list of them not be read."""


class RangeError(SlugfitError):
    """A part of a file could not be read."""


class WheelError(ValueError):
    """A file is no wheel whose directory can be read; the message says why."""

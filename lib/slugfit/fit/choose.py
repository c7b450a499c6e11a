"""The least drastic set of actions that fits. Pure.

Sets are ordered as binary numbers are: each action is a digit, and a later, more drastic one a
higher one. So everything before an action is tried together before that action is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Action = TypeVar("Action")
Found = TypeVar("Found")


def action_sets(actions: Sequence[Action]) -> Iterator[tuple[Action, ...]]:
    """Every set of ``actions``, the least drastic first, each in the order of ``actions``."""
    for number in range(1 << len(actions)):
        yield tuple(action for digit, action in enumerate(actions) if number >> digit & 1)


def least_drastic(
    actions: Sequence[Action], fits: Callable[[tuple[Action, ...]], Found | None]
) -> tuple[tuple[Action, ...], Found] | None:
    """The least drastic set for which ``fits`` answers, with the answer; None if none does."""
    for chosen in action_sets(actions):
        found = fits(chosen)
        if found is not None:
            return chosen, found
    return None

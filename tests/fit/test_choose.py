"""The least drastic set of actions that fits: the same as trying every set."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from pythons import settings
from slugfit.fit.actions import ACTIONS, allowed_actions
from slugfit.fit.choose import action_sets, least_drastic
from slugfit.settings.config import Config


def test_sets_come_in_the_order_of_their_most_drastic_action() -> None:
    shown = ["".join(chosen) for chosen in action_sets("abc")]
    assert shown == ["", "a", "b", "ab", "c", "ac", "bc", "abc"]


def test_the_order_of_the_actions() -> None:
    assert [action.name for action in ACTIONS] == [
        "standard",
        "bytecode by worth",
        "unused",
        "packing",
        "bytecode strip",
    ]
    known = {field.name for field in fields(Config)}
    assert all(action.setting in known for action in ACTIONS if action.setting)


AMOUNTS = st.tuples(st.integers(0, 20), st.integers(0, 20))


@given(st.lists(AMOUNTS, max_size=5), AMOUNTS)
def test_it_is_the_first_of_all_sets_that_fits(
    saves: list[tuple[int, int]], needs: tuple[int, int]
) -> None:
    def fits(chosen: tuple[int, ...]) -> str | None:
        sums = [sum(saves[index][measure] for index in chosen) for measure in (0, 1)]
        enough = all(total >= need for total, need in zip(sums, needs, strict=True))
        return "fits" if enough else None

    numbers = range(len(saves))
    sets = [tuple(index for index in numbers if number >> index & 1) for number in range(2**5)]
    fitting = [chosen for chosen in dict.fromkeys(sets) if fits(chosen)]
    # What is drastic weighs more than everything before it.
    least = min(fitting, key=lambda chosen: sum(1 << index for index in chosen), default=None)
    found = least_drastic(numbers, fits)
    assert found == (None if least is None else (least, "fits"))


def test_what_the_user_sets_wins() -> None:
    everything = tuple(action.name for action in ACTIONS[1:])
    assert allowed_actions(settings(LEVEL="auto")) == everything
    assert allowed_actions(settings(LEVEL="auto", BYTECODE="boot")) == ("unused", "packing")
    assert allowed_actions(settings(LEVEL="auto", PACK="off", BYTECODE="strip")) == ("unused",)
    assert allowed_actions(settings(BYTECODE="auto")) == ("bytecode by worth", "bytecode strip")
    assert allowed_actions(settings(PACK="auto")) == ("packing",)
    assert allowed_actions(settings(LEVEL="unused")) == ()
    assert allowed_actions(settings()) == ()


def test_the_line_to_change() -> None:
    lines = {
        action.name: (
            action.line(settings(), over=True),
            action.line(settings(), over=False),
            action.line(settings(LEVEL="auto"), over=True),
        )
        for action in ACTIONS
        if action.enough
    }
    assert lines == {
        "unused": ("SLUGFIT_LEVEL=unused",) * 3,
        "packing": ("SLUGFIT_PACK=auto", "SLUGFIT_PACK=on", "SLUGFIT_PACK=on"),
        "bytecode strip": (
            "SLUGFIT_BYTECODE=auto",
            "SLUGFIT_BYTECODE=strip",
            "SLUGFIT_BYTECODE=strip",
        ),
    }

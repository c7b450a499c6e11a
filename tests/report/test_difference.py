"""What is different between two builds, in the log and as data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slugfit.report.difference import difference_of
from slugfit.report.difference_words import difference_document, difference_lines
from slugfit.report.text import rendered


def document(**sizes: tuple[str, int]) -> dict[str, Any]:
    """A report's document, as far as it counts: version and compressed bytes by distribution."""
    return {
        "after": {
            "compressed": sum(size for _, size in sizes.values()),
            "uncompressed": 3 * sum(size for _, size in sizes.values()),
        },
        "distributions": [
            {
                "name": name,
                "version": version,
                "after": {"compressed": size, "uncompressed": 3 * size},
            }
            for name, (version, size) in sizes.items()
        ],
    }


OLD = document(
    numpy=("2.4.6", 16_000_000),
    humanize=("4.1", 300_000),
    scipy=("1.17", 30_000_000),
    six=("1.16", 11_000),
    flask=("3.0", 400_000),
)
NEW = document(
    numpy=("2.5.0", 17_200_000),
    pyarrow=("22.0.0", 55_900_000),
    scipy=("1.17", 30_900_000),
    six=("1.17", 11_000),
    flask=("3.0", 420_000),
)
SHOWN = """\
Since the last build (MB)                           compressed  unpacked
the whole slug                                           +57.7    +173.2
new: pyarrow 22.0.0                                      +55.9    +167.7
numpy 2.4.6 -> 2.5.0                                      +1.2      +3.6
scipy 1.17                                                +0.9      +2.7
gone: humanize 4.1                                        -0.3      -0.9
six 1.16 -> 1.17                                           0.0       0.0
"""


def shown(before: dict[str, Any], now: dict[str, Any], most: int | None = None) -> str:
    difference = difference_of(before, now)
    assert difference is not None
    return rendered(difference_lines(difference, "Since the last build", most))


def test_what_came_went_and_changed_is_told_the_largest_first() -> None:
    assert shown(OLD, NEW) == SHOWN


def test_the_rest_is_one_row() -> None:
    last = shown(OLD, NEW, 2).splitlines()[-1]
    assert last.split() == ["and", "3", "more", "+0.6", "+1.8"]


def test_no_difference_is_one_line() -> None:
    assert shown(OLD, OLD) == "Since the last build: no difference.\n"


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"after": 3},
        {"after": {"compressed": 1, "uncompressed": 1}, "distributions": [{"name": "x"}]},
        {"after": {"compressed": "many"}, "distributions": []},
        {"after": {"compressed": 1, "uncompressed": 1}, "distributions": "words"},
    ],
)
def test_without_a_whole_report_there_is_no_difference(damaged: dict[str, Any]) -> None:
    assert difference_of(damaged, NEW) is None
    assert difference_of(NEW, damaged) is None


def test_the_document_says_the_same() -> None:
    difference = difference_of(OLD, NEW)
    assert difference is not None
    told = json.loads(json.dumps(difference_document(difference)))
    assert (told["version"], told["compressed"]) == (1, 57_720_000)
    assert told["distributions"][0] == {
        "name": "pyarrow",
        "kind": "new",
        "version_before": None,
        "version_after": "22.0.0",
        "compressed": 55_900_000,
        "uncompressed": 167_700_000,
    }

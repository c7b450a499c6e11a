"""The comment that a pull request gets, as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from slugfit.report.markdown import difference_markdown

if TYPE_CHECKING:
    from slugfit.report.difference import Difference

MARK = "<!-- slugfit: the size of this change -->"
"""What the comment begins with; a reader does not see it."""
Source = Literal["forecast", "build"]
_MOST = 60_000
"""Characters; GitHub takes 65,536."""
FROM = {
    "forecast": "A forecast from the wheels on the index, slimmed, without the app's own files.",
    "build": "Measured: both slugs were built and slimmed.",
}
"""Where the numbers come from."""


def comment(difference: Difference, source: Source) -> str:
    """One table by package, and where its numbers come from."""
    table = difference_markdown(difference)
    if not difference.moved:
        table += "\nNo package is different.\n"
    return f"{MARK}\n{table[:_MOST]}\n<sub>{FROM[source]}</sub>\n"

"""What a requirements file of a forecast says once its comments are gone."""

from __future__ import annotations

import pytest

from slugfit.forecast.requirements import for_target, included_files, named_indexes

INDEX = "--index-url https://index.example/simple"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("flask==3.0.0 \\\n  --hash=sha256:00\n", "flask==3.0.0   --hash=sha256:00\n"),
        # A backslash at the end of a comment joins nothing.
        ("# an older list \\\nflask==3.0.0\n", "flask==3.0.0\n"),
        ("flask==3.0.0  # for now\n", "flask==3.0.0\n"),
    ],
)
def test_a_comment_takes_no_other_line_with_it(text: str, lines: str) -> None:
    assert for_target(text, "/app", {}) == lines


def test_what_stands_after_a_comment_counts() -> None:
    text = f"# mirrors \\\n{INDEX}\n# more \\\n-r base.txt\n"
    assert named_indexes(text, {}) == ["https://index.example/simple"]
    assert included_files(text) == ["base.txt"]

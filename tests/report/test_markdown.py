"""Markdown for a pull request: whole texts, and names that cannot leave their cell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from made_reports import REPORT, over_limit
from slugfit.catalog.limits import parse_limit
from slugfit.measure.sizes import Bytes
from slugfit.report.advice import VariableAdvice
from slugfit.report.difference import Difference, Moved
from slugfit.report.json_report import report_document
from slugfit.report.make import Share
from slugfit.report.markdown import cell, difference_markdown, report_markdown

MARKDOWN = """\
### Slug: 321.5 MB, fits (1 GB)

392.0 MB before slimming (18.0% less), 1100.0 MB unpacked.

| package | MB compressed | MB unpacked | MB saved |
| --- | ---: | ---: | ---: |
| tensorflow 2.20.0 | 290.0 | 1020.0 | 60.0 |
| Python itself | 30.0 | 70.0 | 10.0 |
| your app | 1.0 | 9.0 | 0.0 |
| six 1.17.0 | 0.0 | 0.0 | 0.0 |
| not owned by a package | 0.0 | 0.0 | 0.0 |

<details><summary>What went</summary>

| rule | MB compressed | files | evidence |
| --- | ---: | ---: | --- |
| symbols | 29.0 | 96 | no loader reads it |
| bytecode | 25.5 | 5320 | its source beside it |

</details>

- tensorflow -\\> tensorflow-cpu: the same TensorFlow without GPU code; a dyno has no GPU. \
About 159.5 MB:

```
tensorflow-cpu==2.20.0
```
"""
DIFFERENCE = Difference(
    10_000_000,
    1_500_000,
    -2_000_000,
    (
        Moved("pyarrow", "new", ("", "22.0"), 3_000_000, 9_000_000),
        Moved("humanize", "gone", ("4.1", ""), -1_200_000, -10_900_000),
        Moved("(app)", "changed", ("", ""), -400_000, -200_000),
        Moved("numpy", "changed", ("2.4", "2.5"), 100_000, 100_000),
    ),
)
SHOWN = """\
### Slug: 10.0 -> 11.5 MB (+1.5 MB compressed, -2.0 MB unpacked)

| package | what | MB compressed | MB unpacked |
| --- | --- | ---: | ---: |
| pyarrow | new 22.0 | +3.0 | +9.0 |
| humanize | gone 4.1 | -1.2 | -10.9 |
| your app |  | -0.4 | -0.2 |
| numpy | 2.4 -\\> 2.5 | +0.1 | +0.1 |
"""


def test_a_report_as_markdown() -> None:
    assert report_markdown(report_document(REPORT)) == MARKDOWN


def test_the_verdicts() -> None:
    over = report_markdown(report_document(over_limit(568_550_000, 0, chosen=False)))
    assert over.startswith("### Slug: 568.5 MB, **too large**: the limit is 500M compressed\n")
    none = report_markdown(report_document(replace(REPORT, limit=parse_limit("dokku"))))
    assert none.startswith("### Slug: 321.5 MB, no limit is known\n")
    undone = report_markdown(report_document(replace(REPORT, undone="A | broke.")))
    assert "\n**Not slimmed**: A \\| broke.\n" in undone


def test_many_packages_are_told_as_a_rest() -> None:
    shares = tuple(
        Share(f"p{number:02}", "1", Bytes(1, 1_000_000), Bytes(1, 1_000_000))
        for number in range(20)
    )
    told = report_markdown(report_document(replace(REPORT, distributions=shares)))
    assert "| p14 1 |" in told
    assert "p15" not in told
    assert "\nand 5 more packages, 5.0 MB.\n" in told


def test_a_difference_as_markdown() -> None:
    assert difference_markdown(DIFFERENCE) == SHOWN
    assert difference_markdown(DIFFERENCE, 3).endswith("\nand 1 more package, +0.1 MB.\n")
    nothing = Difference(10_000_000, 0, 0, ())
    assert difference_markdown(nothing) == (
        "### Slug: 10.0 -> 10.0 MB (0.0 MB compressed, 0.0 MB unpacked)\n"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b", "a \\| b"),
        ("<script>", "\\<script\\>"),
        ("&lt;", "\\&lt;"),
        ("[a](b)", "\\[a\\](b)"),
        ("`code`", "\\`code\\`"),
        ("two\nlines", "two\\\\nlines"),
        ("plain-name_1.0", "plain-name\\_1.0"),
    ],
)
def test_no_name_leaves_its_cell(text: str, shown: str) -> None:
    assert cell(text) == shown


def test_what_is_to_be_copied_cannot_end_its_block() -> None:
    odd = replace(REPORT, advice=(VariableAdvice("A\n```\n# x", "B", 1),))
    told = report_markdown(report_document(odd))
    assert "\n````\nA\n```\n# x: unset it\n````\n" in told

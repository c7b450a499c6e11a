"""Pages made up by hand, out of a few files or of many."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from made_reports import REPORT
from slugfit.measure.sizes import Bytes, Sizes
from slugfit.page.document import Shown, document_of, encoded
from slugfit.page.html import page_html
from slugfit.page.items import BY, Item
from slugfit.page.last_files import LastFiles, compared
from slugfit.report.make import RuleTotal, Share
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from collections.abc import Iterable

SITE = "lib/site-packages"
ITEMS = (
    Item("app.py", APP, "keep", 2_000, 2_000),
    Item(
        f"{SITE}/pkg/__init__.py", "pkg", "keep", 40_000, 40_000, "", "", "", "Each start loads it."
    ),
    Item(
        f"{SITE}/pkg/core.py",
        *("pkg", "keep", 900_000, 900_000, "", "", "", f"{BY} imports pkg.core."),
        reached_by=f"{SITE}/pkg/__init__.py",
    ),
    Item(
        f"{SITE}/pkg/fast.so", "pkg", "cut", 5_000_000, 3_000_000, "symbols", "No rule removes it."
    ),
    Item(f"{SITE}/pkg/tests/test_core.py", "pkg", "remove", 700_000, 0, "tests"),
    Item(f"{SITE}/pkg/tests/test_more.py", "pkg", "remove", 300_000, 0, "tests"),
    Item(
        f"{SITE}/pkg/tests/helper.py",
        *("pkg", "keep", 60_000, 60_000, "tests", f"{BY} imports pkg.tests.helper."),
        by=f"{SITE}/pkg/core.py",
    ),
    Item(f"{SITE}/six.py", "six", "keep", 35_000, 35_000),
    Item(f"{SITE}/__pycache__/six.pyc", "six", "new", 0, 41_000, "", "Slugfit compiled it."),
)
LAST = LastFiles(
    {
        "app.py": (APP, 2_000),
        f"{SITE}/pkg/core.py": ("pkg", 500_000),
        f"{SITE}/pkg/old.py": ("pkg", 400_000),
        f"{SITE}/pkg/fast.so": ("pkg", 3_500_000),
        f"{SITE}/pkg/__init__.py": ("pkg", 40_000),
    },
    {"pkg": 0.4},
)


def shown_of(items: Iterable[Item], last: LastFiles | None = None) -> Shown:
    """What a page of these items is made from: a third of each file is what it is compressed."""
    items = compared(tuple(items), last)
    kept: dict[str, Bytes] = {}
    gone: dict[tuple[str, str], Bytes] = {}
    for item in items:
        if item.action == "ghost":
            continue
        size = Bytes(item.after, item.after // 3)
        kept[item.owner] = kept.get(item.owner, Bytes(0, 0)) + size
        less = item.before - item.after
        if item.action in ("remove", "cut"):
            place = item.rule, item.owner
            gone[place] = gone.get(place, Bytes(0, 0)) + Bytes(less, less // 3)
    sizes = Sizes(kept, gone)
    shares = [Share(name, "" if name == APP else "1.0", size, size) for name, size in kept.items()]
    rules = [
        RuleTotal(name, 1, size, f"Reason of {name}.")
        for name, size in sizes.gone_by_rule().items()
    ]
    report = replace(
        REPORT,
        before=sizes.before,
        after=sizes.after,
        distributions=tuple(sorted(shares, key=lambda share: share.name)),
        rules=tuple(sorted(rules, key=lambda rule: rule.name)),
    )
    return Shown(report, sizes, None, items, last)


def made_page(items: Iterable[Item], last: LastFiles | None = None) -> bytes:
    """The HTML of a page of these items."""
    return page_html(encoded(document_of(shown_of(items, last))))


def many_items(count: int) -> list[Item]:
    """``count`` files in a hundred packages, a third of which go; sizes from 400 bytes up."""
    items = []
    for number in range(count):
        package = f"package{number % 97}"
        path = f"{SITE}/{package}/part{number % 13}/module_{number:05}.py"
        size = 400 + (number * 7919) % 60_000
        if number % 3:
            items.append(Item(path, package, "keep", size, size))
        else:
            items.append(Item(path, package, "remove", size, 0, "tests"))
    return items


def inflated(data: bytes) -> Any:  # noqa: ANN401 - a JSON document
    """The document that was encoded."""
    return json.loads(zlib.decompress(data))

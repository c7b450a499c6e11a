"""The page: one file, that runs its own script and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib import resources

import pytest

from made_pages import ITEMS, LAST, made_page, many_items
from slugfit.page.html import SCRIPTS, page_html
from slugfit.page.items import Item
from slugfit.scan.owners import APP


class Parsed(HTMLParser):
    """The tags of a page with their attributes, and the texts of scripts and styles."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem in self.texts:
            self.texts[self.cdata_elem][-1] += data


PAGE = made_page(ITEMS, LAST)


def test_the_policy_lets_the_pages_own_script_and_style_run_and_nothing_else() -> None:
    parsed = Parsed(PAGE)
    policy = next(
        attributes["content"] or ""
        for tag, attributes in parsed.tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert rules == {
        "default-src": "'none'",
        "script-src": digest(parsed.texts["script"][-1]),
        "style-src": digest(parsed.texts["style"][0]),
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_page_asks_nobody_for_anything() -> None:
    for _, attributes in Parsed(PAGE).tags:
        assert not {"src", "href", "srcset", "action", "style"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    assert b"url(" not in PAGE
    assert b"@import" not in PAGE


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_never_makes_code_or_markup_of_texts(name: str) -> None:
    text = (resources.files("slugfit") / "page/parts" / name).read_text("utf-8")
    found = re.findall(
        r"\beval\b|\bFunction\b|innerHTML|outerHTML|insertAdjacent|document\.write|\bfetch\b"
        r"|XMLHttp|import\(|localStorage",
        text,
    )
    assert found == []


@pytest.mark.parametrize(
    "name",
    [
        "</script><script>alert(1)</script>",
        "<!--",
        "{{script}}",
        "'\"&",
        "\u2028",
        "\udcff",
        "x" * 255,
    ],
)
def test_no_name_can_leave_the_data(name: str) -> None:
    hostile = Parsed(made_page([Item(name.replace("/", "\u2215"), APP, "keep", 1, 1)]))
    plain = Parsed(made_page([Item("a", APP, "keep", 1, 1)]))
    assert hostile.tags == plain.tags


def test_a_page_is_the_same_each_time() -> None:
    assert page_html(b"x") == page_html(b"x")
    assert made_page(ITEMS, LAST) == PAGE


def test_a_page_of_twenty_thousand_files_is_small() -> None:
    assert len(made_page(many_items(20_000))) < 300_000

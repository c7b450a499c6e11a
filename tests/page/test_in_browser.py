"""The page in a real browser: it draws, zooms, searches and sorts, by hand and by keyboard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser import started_browser
from made_pages import ITEMS, LAST, SITE, many_items, shown_of
from made_reports import PACKED
from slugfit.measure.sizes import Bytes
from slugfit.packing.outcome import Packing
from slugfit.page.document import Shown, document_of, encoded
from slugfit.page.html import page_html
from slugfit.page.items import Item
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from slugfit.page.last_files import LastFiles

    Open = Callable[..., Page]

MINUS, NOTHING = "\u2212", "\u2013"
pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as started:
        yield started


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a page of items; at the end nothing may have failed, been refused or been asked for."""
    wrong: list[str] = []
    contexts = []

    def opened(
        items: Iterable[Item] | Shown, last: LastFiles | None = None, **options: str
    ) -> Page:
        file = tmp_path / "report.html"
        url = file.as_uri()
        shown = items if isinstance(items, Shown) else shown_of(items, last)
        file.write_bytes(page_html(encoded(document_of(shown))))
        context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("request", lambda asked: wrong.append(asked.url) if asked.url != url else None)
        page.goto(url)
        page.wait_for_selector("html[data-ready=yes]")
        for table in ("in-here", "every-file"):
            page.wait_for_selector(f"table[aria-labelledby={table}][data-rows]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def rows(page: Page, table: str) -> list[str]:
    """The first cells of a table's rows."""
    return page.locator(f"table[aria-labelledby={table}] tbody th").all_inner_texts()


def test_it_draws_what_there_is_and_tells_the_sums(show: Open) -> None:
    page = show(ITEMS)
    facts = page.inner_text("#facts")
    assert "7.1 MB unpacked" in facts
    assert "4.1 MB unpacked" in facts
    assert rows(page, "in-here") == ["pkg 1.0", "six 1.0", "your app"]
    assert len(rows(page, "every-file")) == len(ITEMS)
    colours = page.evaluate(
        """() => {
          const canvas = document.getElementById("tiles");
          const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          const seen = new Set();
          for (let at = 0; at < data.length; at += 4) seen.add(data.slice(at, at + 3).join());
          return [...seen];
        }"""
    )
    # Kept, shortened, and the colour of the rule that takes most but one.
    assert {"193,208,226", "100,163,199", "213,94,0"} <= set(colours)
    assert page.locator("#compare").count() == 0


def test_every_size_of_a_file_is_its_share_of_what_was_measured(show: Open) -> None:
    page = show(ITEMS)
    row = page.locator("table[aria-labelledby=in-here] tbody tr", has_text="pkg").first
    assert row.inner_text().split() == [
        "pkg",
        "1.0",
        "2.3",
        "MB",
        "1.3",
        "MB",
        f"{MINUS}1.0",
        "MB",
        "6",
    ]
    page.get_by_text("Unpacked", exact=True).click()
    assert row.inner_text().split() == [
        "pkg",
        "1.0",
        "7.0",
        "MB",
        "4.0",
        "MB",
        f"{MINUS}3.0",
        "MB",
        "6",
    ]


def test_a_double_click_and_the_crumbs_zoom(show: Open) -> None:
    page = show(ITEMS)
    page.locator("#plane").dblclick(position={"x": 200, "y": 250})
    crumbs = page.locator("#crumbs button")
    assert crumbs.all_inner_texts() == ["Slug", "pkg 1.0"]
    assert "pkg/" in " ".join(rows(page, "in-here")) or "fast.so" in rows(page, "in-here")
    crumbs.first.click()
    assert crumbs.all_inner_texts() == ["Slug"]


def test_the_keyboard_moves_opens_and_goes_back(show: Open) -> None:
    page = show(ITEMS)
    page.locator("#plane").focus()
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#said").startswith("pkg 1.0, 2.3 MB, 6 files")
    page.keyboard.press("Enter")
    assert page.locator("#crumbs button").all_inner_texts() == ["Slug", "pkg 1.0"]
    assert page.inner_text("#said") != ""
    page.keyboard.press("Escape")
    assert page.locator("#crumbs button").all_inner_texts() == ["Slug"]
    assert page.inner_text("#said").startswith("pkg 1.0")
    heard = set()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End", "Home"):
        page.keyboard.press(key)
        heard.add(page.inner_text("#said").split(",")[0])
    assert len(heard) > 1


def test_a_search_sums_up_what_matches(show: Open) -> None:
    page = show(ITEMS)
    page.get_by_role("searchbox").fill("TESTS test_")
    page.wait_for_selector("#matches:not(:empty)")
    assert page.inner_text("#matches") == (
        "2 files match: before 333 kB compressed, 1.0 MB unpacked; "
        "after 0 B compressed, 0 B unpacked."
    )
    assert len(rows(page, "every-file")) == 2
    page.get_by_role("searchbox").fill("no such file")
    expect(page.locator("#matches")).to_contain_text("0 files match")
    page.get_by_role("searchbox").fill("")
    page.wait_for_selector("#matches:empty", state="attached")
    assert len(rows(page, "every-file")) == len(ITEMS)


def test_the_legend_hides_all_but_one_kind(show: Open) -> None:
    page = show(ITEMS)
    page.locator("#legend button", has_text="tests").click()
    assert len(rows(page, "every-file")) == 2
    pressed = page.locator("#legend button[aria-pressed=true]")
    assert "tests" in pressed.inner_text()
    pressed.click()
    assert len(rows(page, "every-file")) == len(ITEMS)


def test_a_file_tells_its_reason_and_both_directions_of_its_references(show: Open) -> None:
    page = show(ITEMS)
    about = page.locator("#details")
    every = page.locator("table[aria-labelledby=every-file]")
    every.get_by_role("button", name="helper.py").click()
    assert "It stays." in about.inner_text()
    assert f"{SITE}/pkg/core.py imports pkg.tests.helper." in about.inner_text()
    about.get_by_role("button", name=f"{SITE}/pkg/core.py").click()
    assert "It is the reason for 1 file" in about.inner_text()
    assert f"{SITE}/pkg/__init__.py imports pkg.core." in about.inner_text()
    every.get_by_role("button", name="test_core.py").click()
    assert "Rule tests: Tests of installed packages; no app runs them." in about.inner_text()
    every.get_by_role("button", name="fast.so").click()
    assert "It is shortened." in about.inner_text()


def test_columns_sort_both_ways_and_say_so(show: Open) -> None:
    page = show(ITEMS)
    every = page.locator("table[aria-labelledby=every-file]")
    heading = every.locator("thead th").first
    heading.get_by_role("button").click()
    paths = rows(page, "every-file")
    assert paths == sorted(paths)
    assert heading.get_attribute("aria-sort") == "ascending"
    heading.get_by_role("button").click()
    assert rows(page, "every-file") == sorted(paths, reverse=True)
    assert heading.get_attribute("aria-sort") == "descending"
    assert every.locator("[aria-sort]").count() == 1


def test_what_is_different_from_the_last_build_is_shown(show: Open) -> None:
    page = show(ITEMS, LAST)
    assert len(rows(page, "every-file")) == len(ITEMS)
    page.get_by_text("Since the last build").click()
    legend = page.inner_text("#legend")
    for word in ("added", "grown", "shrunk", "gone"):
        assert word in legend
    assert len(rows(page, "every-file")) == len(ITEMS) + 1
    gone = page.locator("table[aria-labelledby=every-file] tbody tr", has_text="old.py")
    assert gone.inner_text().split()[1:] == ["160", "kB", NOTHING, f"{MINUS}160", "kB", "gone"]


def test_what_is_packed_takes_what_its_archive_does(show: Open) -> None:
    item = Item("site/scipy/a.so", "scipy", "keep", 90_000_000, 90_000_000, pack=0)
    shown = shown_of([item, Item("site/six.py", "six", "keep", 30_000, 30_000)])
    archive = PACKED[0]
    kept = {**shown.sizes.kept, "scipy": Bytes(90_000_000, archive.compressed)}
    sizes = replace(shown.sizes, kept=kept)
    page = show(replace(shown, sizes=sizes, packing=Packing((archive,))))
    assert "packed30.0 MB" in page.inner_text("#legend").replace("\n", "")
    row = page.locator("table[aria-labelledby=in-here] tbody tr", has_text="scipy")
    assert " ".join(row.inner_text().split()) == f"scipy 1.0 30.0 MB 22.5 MB {MINUS}7.5 MB 1"


def test_the_browsers_own_search_finds_every_row(show: Open) -> None:
    page = show(many_items(3_000))
    assert page.evaluate("document.querySelectorAll('table')[1].dataset.rows") == "3000"
    # A file whose row is far below the screen, and is not laid out.
    assert page.evaluate("window.find('module_02999.py')")


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>.py",
    "\"'`{{data}}${alert(1)}.py",
    "a\u2028b\u2029c.py",
    "undecodable-\udcff\udc80.py",
    "\u202egnp.exe.py",
    "line\nbreak.py",
    "n" * 255,
    "__proto__",
    "constructor",
    "\u0001\u0002.py",
    "-->",
    "&lt;b&gt;",
)


def test_hostile_names_are_shown_as_what_they_are(show: Open) -> None:
    names = [name.replace("/", "\u2215") for name in HOSTILE]
    items = [Item(f"{name}/{name}", APP, "keep", 5_000, 5_000) for name in names]
    items += [Item(f"</script><b>/{name}", name, "remove", 5_000, 0, "tests") for name in names]
    page = show(items)
    texts = rows(page, "every-file")
    assert len(texts) == len(items)
    whole = " ".join(texts)
    for said in (
        "<script>alert(1)",
        "a\\u2028b",
        "undecodable-\\xff\\x80",
        "\\u202egnp",
        "\\u0001",
    ):
        assert said in whole
    assert page.locator("b, img").count() == 0
    assert "\u202e" not in page.inner_text("body")
    for index in range(0, len(items), 3):
        page.locator("table[aria-labelledby=every-file] tbody button").nth(index).click()
    page.get_by_role("searchbox").fill("<script>")
    page.wait_for_selector("#matches:not(:empty)")


def test_fifty_thousand_rectangles_are_drawn_in_a_frame(show: Open) -> None:
    page = show(many_items(50_000))
    width = page.get_attribute("#tiles", "width") or ""
    page.set_viewport_size({"width": 3000, "height": 1900})
    expect(page.locator("#tiles")).not_to_have_attribute("width", width)
    page.get_by_text("Unpacked", exact=True).click()
    assert int(page.get_attribute("#tiles", "data-tiles") or 0) > 50_000


def test_forced_colours_show_what_is_chosen(show: Open) -> None:
    page = show(ITEMS, forced_colors="active")
    chosen, other = (
        page.evaluate(
            "which => getComputedStyle(document.querySelector(`fieldset input${which} + span`))"
            ".backgroundColor",
            which,
        )
        for which in (":checked", ":not(:checked)")
    )
    assert chosen != other


def test_what_is_printed_does_not_overlap_and_ends(show: Open) -> None:
    page = show(many_items(2_000))
    page.set_viewport_size({"width": 760, "height": 1000})
    page.emulate_media(media="print")
    ends = page.evaluate(
        "['map', 'details'].map(id => document.getElementById(id).getBoundingClientRect().bottom)"
    )
    assert max(ends) <= page.evaluate(
        "document.getElementById('in-here').getBoundingClientRect().top"
    )
    assert not page.locator("table[aria-labelledby=every-file]").is_visible()
    assert page.locator("table[aria-labelledby=in-here]").is_visible()


@pytest.mark.parametrize("width", [320, 600])
def test_a_narrow_window_needs_no_second_scroll_bar(show: Open, width: int) -> None:
    page = show(ITEMS, LAST)
    page.set_viewport_size({"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show: Open, scheme: str) -> None:
    axe = Axe()
    page = show(ITEMS, LAST, color_scheme=scheme)
    changes: tuple[Callable[[], object], ...] = (
        lambda: None,
        lambda: page.get_by_text("Since the last build").click(),
        page.get_by_text("Before", exact=True).first.click,
        lambda: page.get_by_role("button", name="helper.py").click(),
        lambda: page.get_by_role("searchbox").fill("tests"),
    )
    for change in changes:
        change()
        page.wait_for_timeout(200)
        found = axe.run(page).response["violations"]
        assert [(item["id"], item["nodes"]) for item in found] == []

"""The page's data: small, complete, and the same each time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_pages import ITEMS, LAST, SITE, inflated, many_items, shown_of
from slugfit.page.columns import dense, sparse
from slugfit.page.document import document_of, encoded
from slugfit.page.items import Item
from slugfit.page.last_files import LastFiles, compared, decode_last
from slugfit.scan.owners import APP


@given(st.lists(st.none() | st.integers(-5, 5)))
def test_sparse_columns_come_back(values: list[int | None]) -> None:
    assert dense(sparse(values), len(values)) == values


def test_a_document_is_the_same_each_time() -> None:
    first = encoded(document_of(shown_of(ITEMS, LAST)))
    assert first == encoded(document_of(shown_of(reversed(ITEMS), LAST)))
    assert inflated(first)["version"] == 1


def test_the_files_of_a_document_are_the_last_ones_of_the_next_build() -> None:
    last = decode_last(encoded(document_of(shown_of(ITEMS, LAST))))
    assert last is not None
    assert last.files == {
        item.path: (item.owner, item.after) for item in ITEMS if item.action != "remove"
    }
    assert last.densities["six"] == pytest.approx(0.333, abs=0.001)


NAMES = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=12).filter(
    lambda name: name not in (".", "..")
)


@given(st.dictionaries(st.lists(NAMES, min_size=1, max_size=4).map("/".join), st.integers(0, 9**9)))
def test_any_name_comes_back(files: dict[str, int]) -> None:
    items = [Item(path, APP, "keep", size, size) for path, size in files.items()]
    last = decode_last(encoded(document_of(shown_of(items))))
    assert last is not None
    assert last.files == {path: (APP, size) for path, size in files.items()}


def test_names_of_undecodable_bytes_come_back() -> None:
    item = Item("pkg/\udcff\udc80.py", APP, "keep", 1, 1)
    last = decode_last(encoded(document_of(shown_of([item]))))
    assert last is not None
    assert set(last.files) == {"pkg/\udcff\udc80.py"}


GOOD = encoded(document_of(shown_of(ITEMS)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no data",
        GOOD[:-20],
        encoded({}),
        encoded({"version": 2}),
        encoded({"version": 1}),
        encoded({"version": 1, "files": [], "owners": 3}),
        encoded({**inflated(GOOD), "owners": [[]]}),
        encoded({**inflated(GOOD), "kinds": []}),
    ],
)
def test_a_damaged_document_is_no_last_build(content: bytes) -> None:
    assert decode_last(content) is None


def test_what_came_grew_shrank_and_went() -> None:
    was = {item.path: (item.was, item.after) for item in compared(ITEMS, LAST)}
    assert was["app.py"] == (2_000, 2_000)
    assert was[f"{SITE}/pkg/core.py"] == (500_000, 900_000)
    assert was[f"{SITE}/pkg/fast.so"] == (3_500_000, 3_000_000)
    assert was[f"{SITE}/six.py"] == (0, 35_000)
    assert was[f"{SITE}/pkg/old.py"] == (400_000, 0)
    assert compared(ITEMS, None) == ITEMS
    assert {item.was for item in compared(ITEMS, LastFiles({}, {}))} == {0}


def test_references_are_told_by_the_places_of_files() -> None:
    document = document_of(shown_of(ITEMS))
    files = document["files"]
    names = files["names"].split("/")
    by = dense(files["by"], len(names))
    place = names.index("helper.py")
    distance = by[place]
    assert distance is not None
    assert names[place + distance] == "core.py"
    assert sum(value is not None for value in by) == 1


def test_fifty_thousand_files_take_little_room() -> None:
    assert len(encoded(document_of(shown_of(many_items(50_000))))) < 500_000

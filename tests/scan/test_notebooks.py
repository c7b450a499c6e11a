"""What the app's notebooks say: their cells with code, and nothing of other files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from slugfit.scan.layout import recognise_layout
from slugfit.scan.notebooks import code_of_notebooks, facts_of_notebook, reads_notebooks
from slugfit.scan.tree import scan_tree
from trees import SITE, Content, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def notebook(*cells: Mapping[str, object]) -> str:
    return json.dumps({"cells": cells, "nbformat": 4})


def code(source: object) -> dict[str, object]:
    return {"cell_type": "code", "source": source}


IMPORTED: Mapping[str, tuple[str, set[str]]] = {
    "lines": (notebook(code(["import one\n", "import two.three"])), {"one", "two.three"}),
    "one text": (notebook(code("def f():\n    import one\n")), {"one"}),
    "several cells": (notebook(code("import one"), code("import two")), {"one", "two"}),
    "beside magic": (notebook(code("%matplotlib inline\n!ls\nimport one")), {"one"}),
    "below a cell's magic": (notebook(code("%%time\nimport one")), {"one"}),
    "beside a broken cell": (notebook(code("x = ("), code("import one")), {"one"}),
    "the third format": (
        json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": ["import one"]}]}]}),
        {"one"},
    ),
    "a text": (notebook({"cell_type": "markdown", "source": ["import one"]}), set()),
    "no code": (notebook({"cell_type": "code"}), set()),
    "no notebook": ("[1]", set()),
    "other cells": ('{"cells": [1, null]}', set()),
    "other source": (notebook(code([1])), set()),
    "no JSON": ("import one", set()),
    "nothing": ("", set()),
}


@pytest.mark.parametrize(("text", "modules"), IMPORTED.values(), ids=IMPORTED)
def test_a_notebook_imports_what_its_code_does(text: str, modules: set[str]) -> None:
    facts = facts_of_notebook(text.encode())
    assert {item.module for item in facts.imports} == modules


def test_lines_for_ipython_are_words() -> None:
    facts = facts_of_notebook(notebook(code("%load_ext one.two\nx = 'three'")).encode())
    assert {"one.two", "three"} <= facts.literals


@pytest.mark.parametrize(
    ("reader", "expected"), [("nbformat", True), ("importnb", True), ("other", False)]
)
def test_something_installed_reads_notebooks(
    tmp_path: Path, reader: str, *, expected: bool
) -> None:
    tree = scan_tree(
        plant(tmp_path, slug(distribution(reader, "1", {f"{reader}/__init__.py": ""})))
    )
    assert reads_notebooks(tree, recognise_layout(tree)) is expected


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"a.ipynb": ""}, {"a.ipynb"}),
        ({"books/a.ipynb": ""}, {"books/a.ipynb"}),
        ({"a.ipynb": "", ".slugignore": "*.ipynb\n"}, set()),
        ({"venv/a.ipynb": "", "a.json": ""}, set()),
        ({f"{SITE}/pkg/a.ipynb": ""}, set()),
    ],
)
def test_notebooks_of_the_app_are_read(
    tmp_path: Path, files: Mapping[str, Content], found: set[str]
) -> None:
    tree = scan_tree(plant(tmp_path, {**slug({}), **files}))
    ignored = ("a.ipynb",) if ".slugignore" in files else ()
    code_found = list(code_of_notebooks(tree, recognise_layout(tree), ignored))
    assert {item.module.path for item in code_found} == found
    assert all(item.is_own for item in code_found)

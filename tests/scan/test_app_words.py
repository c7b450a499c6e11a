"""The words of an app's texts: of pyproject.toml only the tables that its programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slugfit.scan.app_words import app_words
from slugfit.scan.outside import OUTSIDE
from slugfit.scan.tree import scan_tree
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("project", "words"),
    [
        ("", set()),
        ("# nothing yet\n", set()),
        ('name = "gevent"\n', set()),
        ('[project]\nname = "gevent"\n', set()),
        ('[tool.ruff]\nname = "gevent"\n', set()),
        ('[tool.own]\nkind = "gevent"\n', {"tool.own", "kind", "gevent"}),
        ('x = 1\n[project]\na = 2\n[tool.own]\nkind = "gevent"\n', {"tool.own", "kind", "gevent"}),
    ],
)
def test_the_tables_of_a_project(tmp_path: Path, project: str, words: set[str]) -> None:
    plant(tmp_path, {"pyproject.toml": project, "app.py": ""})
    assert dict(app_words(scan_tree(tmp_path), OUTSIDE, ())) == {"pyproject.toml": words}

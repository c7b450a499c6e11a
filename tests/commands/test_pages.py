"""report.html: where each command writes it, and what it leaves for the next build."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest

from made_pages import inflated
from pythons import engine
from slugfit.page.last_files import LAST_FILES, decode_last
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

TREE = {
    "pkg/__init__.py": "",
    "pkg/tests/test_a.py": "",
    "pkg-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1\n",
    "pkg-1.dist-info/RECORD": "pkg/__init__.py,,\npkg/tests/test_a.py,,\n",
}


def names_in(page: Path) -> set[str]:
    """The names of the files that a page tells of."""
    found = re.search(rb'octet-stream">([^<]+)<', page.read_bytes())
    assert found is not None
    return set(inflated(base64.b64decode(found[1]))["files"]["names"].split("/"))


@pytest.mark.parametrize("verb", ["plan", "measure", "slim"])
def test_a_page_is_written_where_it_is_asked_for(tmp_path: Path, verb: str) -> None:
    root = plant(tmp_path / "root", TREE)
    answer = engine(verb, root, "--html", tmp_path / "pages/report.html")
    assert (answer.code, answer.err) == (0, "")
    assert "test_a.py" in names_in(tmp_path / "pages/report.html")
    assert (root / "pkg/tests").exists() == (verb != "slim")


def test_a_build_leaves_the_page_beside_its_report_and_its_files_for_the_next(
    tmp_path: Path,
) -> None:
    root, cache = plant(tmp_path / "root", TREE), tmp_path / "cache"
    options = ("--cache-dir", cache, "--config", "SLUGFIT_REPORT=reports")
    engine("slim", root, *options)
    assert "test_a.py" in names_in(root / "reports/report.html")
    assert (root / "reports/report.json").is_file()
    last = decode_last((cache / LAST_FILES).read_bytes())
    assert last is not None
    assert {"pkg/__init__.py", "pkg-1.dist-info/METADATA"} <= set(last.files)
    assert "pkg/tests/test_a.py" not in last.files
    (root / "pkg/__init__.py").unlink()
    engine("slim", root, *options, "--html", tmp_path / "again.html")
    # The page of the second build still tells of what only the first one had.
    assert "__init__.py" in names_in(tmp_path / "again.html")
    again = decode_last((cache / LAST_FILES).read_bytes())
    assert again is not None
    assert "pkg/__init__.py" not in again.files


def test_a_damaged_file_of_the_last_build_is_no_error(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", TREE)
    plant(tmp_path, {f"cache/{LAST_FILES}": "damaged"})
    answer = engine("slim", root, "--cache-dir", tmp_path / "cache")
    assert (answer.code, answer.err) == (0, "")
    assert decode_last((tmp_path / "cache" / LAST_FILES).read_bytes()) is not None


def test_a_page_that_cannot_be_written_is_told_and_fails_nothing(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", TREE)
    (tmp_path / "file").write_text("")
    answer = engine("plan", root, "--html", tmp_path / "file/report.html")
    assert answer.code == 0
    assert "report.html could not be written" in answer.err


def test_no_page_is_written_where_nobody_asks_for_one(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", TREE)
    engine("slim", root)
    assert not [name for name in tmp_path.rglob("*") if name.suffix in (".html", ".files")]

from __future__ import annotations

import pytest

from slugfit.evidence.listing import listed_folders, may_list
from slugfit.scan.module_facts import facts_of_module

FOLDERS = ("site/pkg", "site/pkg/sub", "site/pkg/data")
HERE = "site/pkg/sub"


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("import os\nos.listdir(os.path.dirname(__file__))", HERE),
        ("import os\nos.listdir(os.path.dirname(os.path.dirname(__file__)))", "site/pkg"),
        ("import os\nos.walk(os.path.join(os.path.dirname(__file__), '..'))", "site/pkg"),
        ("list(Path(__file__).parent.iterdir())", HERE),
        ("list(Path(__file__).parents[1].iterdir())", "site/pkg"),
        ("import pkgutil\npkgutil.iter_modules(__path__)", HERE),
        ("files('pkg.data').iterdir()", "site/pkg/data"),
        ("files('elsewhere').iterdir()", HERE),
        ("PackageLoader('pkg')", "site/pkg"),
    ],
)
def test_a_module_lists_the_folder_that_it_leads_to(text: str, folder: str) -> None:
    assert may_list(facts_of_module(b"", text.encode()))
    found = listed_folders(text.encode(), f"{HERE}/a.py", "site/", FOLDERS)
    assert found == {folder}


@pytest.mark.parametrize(
    "text", ["import os\nos.listdir('/tmp')", "x = open(__file__)", "x = 'listdir __file__'", ""]
)
def test_a_module_that_lists_nothing_of_its_own(text: str) -> None:
    assert not may_list(facts_of_module(b"", text.encode()))


@pytest.mark.parametrize("source", [b"(", b"", b"\0", b"x = 1"])
def test_a_source_that_tells_no_folder_means_its_own(source: bytes) -> None:
    assert listed_folders(source, f"{HERE}/a.py", "site/", FOLDERS) == {HERE}

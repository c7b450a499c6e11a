"""What the page knows of each file: from plans of real trees."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from made_reports import PACKED
from slugfit.packing.outcome import Packing
from slugfit.page.items import BY, Item, items_of
from slugfit.page.last_files import decode_last
from slugfit.page.make import page_data
from slugfit.pipeline import dry_run, slim_tree
from slugfit.refer.shipped import NewBytecode
from slugfit.report.make import make_report
from slugfit.settings.config import read_config
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

TREE = {
    "pkg/__init__.py": "from pkg.tests import helper\n",
    "pkg/tests/__init__.py": "",
    "pkg/tests/helper.py": "",
    "pkg/tests/test_a.py": "",
    "pkg-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1\n",
    "pkg-1.dist-info/RECORD": (
        "pkg/__init__.py,,\npkg/tests/__init__.py,,\npkg/tests/helper.py,,\n"
        "pkg/tests/test_a.py,,\npkg-1.dist-info/METADATA,,\npkg-1.dist-info/RECORD,,\n"
    ),
}


def items(root: Path) -> dict[str, Item]:
    return {item.path: item for item in items_of(dry_run(root, read_config({})))}


def test_what_stays_names_what_keeps_it_and_what_goes_its_rule(tmp_path: Path) -> None:
    found = items(plant(tmp_path, TREE))
    assert set(found) == set(TREE)
    gone, kept = found["pkg/tests/test_a.py"], found["pkg/tests/helper.py"]
    assert (gone.action, gone.rule, gone.after, gone.text) == ("remove", "tests", 0, "")
    assert (kept.action, kept.rule, kept.by) == ("keep", "tests", "pkg/__init__.py")
    assert BY in kept.text
    plain = found["pkg-1.dist-info/METADATA"]
    assert (plain.rule, plain.text, plain.before) == ("", "", plain.after)


def test_a_second_build_knows_what_the_first_left(tmp_path: Path) -> None:
    root = plant(tmp_path, TREE)
    first = slim_tree(root, read_config({}))
    data = page_data(make_report(first, read_config({})), first)
    last = decode_last(data)
    assert last is not None
    assert set(last.files) == set(TREE) - {"pkg/tests/test_a.py"}
    again = slim_tree(root, read_config({}))
    other = decode_last(page_data(make_report(again, read_config({})), again, data))
    assert other is not None
    assert set(other.files) == set(last.files)


def test_what_lies_below_a_packed_folder_is_packed_if_it_stays(tmp_path: Path) -> None:
    places = ("site/scipy/a.py", "site/scipyx/b.py", "site/numpy/c.py")
    files = {**dict.fromkeys(places, "a = 1\n"), **TREE}
    outcome = dry_run(plant(tmp_path, files), read_config({}))
    outcome = replace(outcome, packing=Packing(PACKED))
    packs = {item.path: item.pack for item in items_of(outcome) if item.path in places}
    assert packs == {"site/scipy/a.py": 0, "site/scipyx/b.py": -1, "site/numpy/c.py": 1}


def test_bytecode_that_was_compiled_is_new_and_belongs_to_its_source(tmp_path: Path) -> None:
    outcome = dry_run(plant(tmp_path, TREE), read_config({}))
    made = {
        "pkg/__pycache__/__init__.cpython-311.pyc": b"x" * 70,
        "pkg/tests/__pycache__/test_a.cpython-311.pyc": b"x",
    }
    plan = replace(outcome.planned, bytecode=NewBytecode(compiled=made))
    found = {item.path: item for item in items_of(replace(outcome, planned=plan))}
    new = found["pkg/__pycache__/__init__.cpython-311.pyc"]
    assert (new.action, new.owner, new.before, new.after) == ("new", "pkg", 0, 70)
    # Its source goes.
    assert "pkg/tests/__pycache__/test_a.cpython-311.pyc" not in found

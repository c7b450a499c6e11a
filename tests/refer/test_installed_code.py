"""What a tree's path configuration files lead to is code that refers to candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slugfit.plan.make import make_plan
from slugfit.report.reasons import decision_sentence
from slugfit.settings.config import read_config
from trees import SITE, Content, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SRC = ".heroku/python/src/plug"
PACKAGE = distribution(
    "pkg",
    "1",
    {
        "pkg/__init__.py": "",
        "pkg/tests/__init__.py": "",
        "pkg/tests/boot.py": "",
        "pkg/tests/other.py": "",
        "pkg/tests/data.bin": "",
    },
)
INIT, BOOT, OTHER = (f"{SITE}/pkg/tests/{name}.py" for name in ("__init__", "boot", "other"))
DATA = f"{SITE}/pkg/tests/data.bin"
IMPORTS: dict[str, Content] = {f"{SRC}/plug/__init__.py": "from pkg.tests import boot"}

CASES: Mapping[str, tuple[Mapping[str, Content], set[str]]] = {
    "an editable install": ({f"{SITE}/plug.pth": f"/app/{SRC}\n", **IMPORTS}, {INIT, BOOT}),
    "one of a finder": (
        {f"{SITE}/__editable___plug_1_finder.py": f"MAPPING = {{'plug': '/app/{SRC}/plug'}}"}
        | IMPORTS,
        {INIT, BOOT},
    ),
    "a chain through another": (
        {
            f"{SITE}/x.pth": f"/app/{SRC}\n",
            f"{SRC}/plug/__init__.py": "",
            f"{SRC}/plug/sub/a.py": "x = 'pkg.tests.boot'",
        },
        {INIT, BOOT},
    ),
    "a relative name of an installed module": (
        {f"{SITE}/x.pth": f"/app/{SRC}\n", f"{SRC}/pkg/a.py": "from .tests import boot"},
        set(),
    ),
    "sources that nothing leads to": (IMPORTS, set()),
    "a line of code": ({f"{SITE}/x.pth": "import pkg.tests.boot\n"}, {INIT, BOOT}),
    "a string in a line of code": (
        {f"{SITE}/x.pth": "import os; __import__('pkg.tests.boot')\n"},
        {INIT, BOOT},
    ),
    "code in a comment": ({f"{SITE}/x.pth": "# import pkg.tests.boot\n"}, set()),
    "an entry point": ({f"{SITE}/x.start": "pkg.tests.boot:main\n"}, {INIT, BOOT}),
    "no entry point": ({f"{SITE}/x.start": "# pkg.tests.boot:main\n"}, set()),
    "a folder of a package": ({f"{SITE}/x.pth": "pkg/tests\n"}, {INIT, BOOT, OTHER, DATA}),
    "a package's own folder": (
        {f"{SITE}/x.pth": "pkg\n", "app.py": "import tests.boot"},
        {INIT, BOOT},
    ),
}


@pytest.mark.parametrize(("files", "keeps"), CASES.values(), ids=CASES)
def test_what_path_files_lead_to_refers(
    tmp_path: Path, files: Mapping[str, Content], keeps: set[str]
) -> None:
    assert kept(tmp_path, files).keys() == keeps


def kept(folder: Path, files: Mapping[str, Content]) -> dict[str, str]:
    """The candidates that stay, each with why."""
    plant(folder, {**slug(PACKAGE), **files})
    made = make_plan(folder, read_config({"SLUGFIT_VERIFY": "off", "SLUGFIT_WORTH": "0"}))
    return {
        item.path: decision_sentence(item)
        for item in made.decisions
        if item.action == "keep" and "/pkg/tests/" in item.path
    }


def test_the_file_is_told(tmp_path: Path) -> None:
    files = {f"{SITE}/x.pth": "import pkg.tests.boot\n", f"{SITE}/x.start": "pkg.tests.other:f\n"}
    found = kept(tmp_path, files)
    assert found[BOOT] == f"{SITE}/x.pth imports pkg.tests.boot."
    assert found[OTHER] == f"{SITE}/x.start names 'pkg.tests.other:f'."

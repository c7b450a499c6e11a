"""What a distribution's own text files name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slugfit.plan.make import make_plan
from slugfit.report.reasons import decision_sentence
from slugfit.settings.config import read_config
from trees import SITE, Content, distribution, plant, slug

if TYPE_CHECKING:
    from pathlib import Path

FILES: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/sub/__init__.py": "",
    "pkg/tests/__init__.py": "",
    "pkg/tests/mod.py": "",
    "pkg/tests/data.json": "{}",
    "pkg/_one_test.py": "",
    "pkg/fast.so": "",
    "pkg/fast.c": "",
}
INIT, MOD, DATA = "pkg/tests/__init__.py", "pkg/tests/mod.py", "pkg/tests/data.json"

NAMING = {
    "a module in JSON": ("plugins.json", '{"load": ["pkg.tests.mod"]}', (INIT, MOD)),
    "a class in YAML": ("conf.yaml", "handler: pkg.tests.mod.Class\n", (INIT, MOD)),
    "a function": ("conf.yml", "run: pkg.tests.mod:main\n", (INIT, MOD)),
    "an element of XML": ("a.xml", "<use class='pkg.tests.mod'/>", (INIT, MOD)),
    "Zope's": ("configure.zcml", '<adapter factory=".tests.mod.Thing" />', (INIT, MOD)),
    "a relative name": ("sub/a.zcml", '<adapter factory="..tests.mod.Thing" />', (INIT, MOD)),
    "a file beside it": ("a.toml", 'path = "tests/data.json"', (DATA,)),
    "a file by a path that climbs": ("sub/a.ini", "path = ../tests/data.json", (DATA,)),
    "a file from the package's folder above": ("sub/a.cfg", "path = pkg/tests/data.json", (DATA,)),
    "a module's file": ("a.json", '["_one_test.py"]', ("pkg/_one_test.py",)),
    "a source": ("sub/a.json", '["fast.c"]', ("pkg/fast.c",)),
    "in UTF-16": ("a.json", '["pkg.tests.mod"]'.encode("utf-16"), (INIT, MOD)),
    "with a mark": ("a.json", '["pkg.tests.mod"]'.encode("utf-8-sig"), (INIT, MOD)),
    # From here on: what only looks like it.
    "the word": ("a.json", '["tests", "mod", "test", "data"]', ()),
    "a longer name": ("a.json", '["pkg.testsuite.mod", "xpkg.tests.mod", "pkg.tests_.mod"]', ()),
    "a sentence": ("a.toml", "# the tests. They are in there, see mod.", ()),
    "another ending": ("a.txt", "pkg.tests.mod", ()),
    "a name of many": ("a.json", '["a/b/data.json", "data.json"]', ()),
    "a file that is too large": ("a.json", '"pkg.tests.mod"' + " " * (1 << 18), ()),
    "settings of developers' tools": ("pyproject.toml", "x = ['pkg.tests.mod']", ()),
    "not text": ("a.json", b"\xff\0pkg\xfetests", ()),
}


@pytest.mark.parametrize(("name", "text", "keeps"), NAMING.values(), ids=NAMING)
def test_names_in_text_files_refer(
    tmp_path: Path, name: str, text: str | bytes, keeps: tuple[str, ...]
) -> None:
    plant(tmp_path, slug(distribution("pkg", "1", {**FILES, f"pkg/{name}": text})))
    found = kept(tmp_path)
    assert set(found) == set(keeps)
    if keeps:
        assert found[keeps[-1]].startswith(f"{SITE}/pkg/{name} names ")


def test_only_those_of_its_own_distribution(tmp_path: Path) -> None:
    other = distribution("other", "1", {"other/a.json": '["pkg.tests.mod", "pkg/tests/data.json"]'})
    plant(tmp_path, slug({**distribution("pkg", "1", FILES), **other}))
    assert kept(tmp_path) == {}


def test_not_its_metadata(tmp_path: Path) -> None:
    files: dict[str, Content] = {**FILES, "pkg-1.dist-info/direct_url.json": '["pkg.tests.mod"]'}
    plant(tmp_path, slug(distribution("pkg", "1", files)))
    assert kept(tmp_path) == {}


def kept(folder: Path) -> dict[str, str]:
    """The candidates that stay, each with why."""
    made = make_plan(folder, read_config({"SLUGFIT_VERIFY": "off"}))
    return {
        name: decision_sentence(item)
        for item in made.decisions
        if item.action != "remove"
        and (name := item.path.removeprefix(f"{SITE}/")) in {INIT, MOD, DATA, *list(FILES)[-3:]}
        and name != "pkg/fast.so"
    }

"""The harness of the sample apps sees a loss, trusts no silent program, and lays out real slugs."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from typing import TYPE_CHECKING

import pytest

from corpus.children import Ended
from corpus.environments import SITE, Environment
from corpus.sets import Set
from trees import plant
from unused import packages, parts, samples, slugs, table, verdict
from unused.packages import Used
from unused.samples import Sample

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = '''"""A host of plugins.

Dynamic: a plugin by
its name.
"""
import app
print("plugin", app.found())
print("ok")
'''
RECORD = "plugin/__init__.py,,\nplugin/data.txt,,\nplugin-1.dist-info/RECORD,,\n"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Ended(0, "a\nb\nok\n"), Ended(0, "a\nb\nok\n"), ()),
        (Ended(0, "a\nb\nok\n"), Ended(0, "a\nc\nok\n"), ("-b", "+c")),
        (Ended(0, "a\nok\n"), Ended(0, "a\nwarning\nok\n"), ("+warning",)),
        (Ended(0, "a\nok\n"), Ended(0, "ok\n"), ("-a",)),
        (Ended(0, "ok\n"), Ended(1, "ok\n"), ("+ ended: ok (status 1)",)),
        (Ended(0, "ok\n"), Ended(None, ""), ("-ok", "+ ended: out of time")),
    ],
)
def test_every_line_and_the_end_are_compared(
    before: Ended, after: Ended, expected: tuple[str, ...]
) -> None:
    assert verdict.differences(before, after) == expected


@pytest.mark.parametrize(
    ("ended", "fault"),
    [
        (Ended(0, "a\nok\n"), None),
        (Ended(0, "ok"), None),
        (Ended(0, "a\n"), "it ended without its last word"),
        (Ended(0, ""), "it ended without its last word"),
        (Ended(0, "a\nnot ok yet\n"), "it ended without its last word"),
        (Ended(3, "ok\n"), "ok (status 3)"),
    ],
)
def test_a_program_that_did_not_work_before_proves_nothing(ended: Ended, fault: str | None) -> None:
    assert verdict.fault_of(ended) == fault


def sample(root: Path) -> Sample:
    folder = root / "small" / "host"
    found = "def found():\n    return importlib.import_module(open('name').read()).WORD\n"
    plant(
        folder,
        {
            "program.py": PROGRAM,
            "vars": "ONE=1\n\nURL=a://b?c=d\n",
            "app/app.py": f"import importlib\n{found}",
            "app/name": "plugin",
            "app/requirements.txt": "plugin\n",
            "site/own/own/__init__.py": "",
            "site/own/own-1.dist-info/METADATA": "Name: own\nVersion: 1\n",
        },
    )
    return Sample(folder)


def environment(root: Path) -> Environment:
    venv.create(root / "env", symlinks=True, with_pip=False)
    plant(
        root / "env" / SITE,
        {
            "plugin/__init__.py": "WORD = 'word'\n",
            "plugin/data.txt": "",
            "plugin-1.dist-info/METADATA": "Name: plugin\nVersion: 1\n",
            "plugin-1.dist-info/RECORD": RECORD,
        },
    )
    script = root / "env/bin/where"
    script.write_text(f"#!{root}/env/bin/python\nimport sys; print(sys.prefix)\n", "utf-8")
    script.chmod(0o755)
    return Environment(root / "env", root / "env")


def test_a_sample_tells_what_it_is(tmp_path: Path) -> None:
    found = sample(tmp_path)
    assert samples.every(tmp_path) == (found,)
    assert (found.name, found.environment) == ("host", "small")
    assert found.title == "A host of plugins"
    assert found.dynamic == "a plugin by its name"
    assert found.variables == {"ONE": "1", "URL": "a://b?c=d"}


def test_every_sample_says_what_it_is_and_has_pins() -> None:
    found = samples.every()
    assert len(found) >= 30
    assert len({each.name for each in found}) == len(found)
    for each in found:
        assert each.title, each.name
        assert each.dynamic, each.name
        assert samples.pins(each.environment).requirements.is_file()
        assert (each.folder / "app").is_dir()
    with pytest.raises(KeyError):
        samples.chosen(["no such app"])


def test_a_plugin_that_is_taken_away_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.environments.WORK", tmp_path / "work")
    original, app = environment(tmp_path), sample(tmp_path)
    files = verdict.importable_files(original.site)
    slug = slugs.make(original, app)
    before = slugs.use(slug, app)
    assert verdict.fault_of(before) is None
    assert before.out == "plugin word\nok\n"
    assert verdict.gone(files, slug.site) == ()
    os.unlink(slug.site / "plugin/__init__.py")
    os.unlink(slug.site / "plugin/data.txt")
    os.rmdir(slug.site / "plugin")
    after = slugs.use(slug, app)
    assert any("No module named 'plugin'" in line for line in verdict.differences(before, after))
    assert verdict.gone(files, slug.site) == ("plugin 1",)
    assert (original.site / "plugin/__init__.py").is_file()


def test_a_slug_is_laid_out_as_it_is_deployed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.environments.WORK", tmp_path / "work")
    original, app = environment(tmp_path), sample(tmp_path)
    slug = slugs.make(original, app)
    # A script runs the copy's Python; one that ran the original's would hide every loss.
    told = subprocess.run([slug.root / "bin/where"], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(slug.root)
    assert os.stat(original.root / "bin/where").st_ino != os.stat(slug.root / "bin/where").st_ino
    own = (slug.site / "own-1.dist-info/RECORD").read_text("utf-8")
    assert own.splitlines() == [
        *("own-1.dist-info/METADATA,,", "own/__init__.py,,"),
        *("own-1.dist-info/INSTALLER,,", "own-1.dist-info/RECORD,,"),
    ]
    plant(slug.slug, {"left.sqlite3": "", "cache/left": ""})
    slugs.lay_app(slug, app)
    assert sorted(os.listdir(slug.slug)) == [".heroku", "app.py", "name", "requirements.txt"]


def test_a_slug_has_what_its_requirements_need_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = environment(tmp_path)
    extra = 'Requires-Dist: deep>1; extra == "more"\nRequires-Dist: other; python_version < "3"\n'
    plant(
        made.site,
        {
            "asked-1.dist-info/METADATA": f"Name: Asked\nVersion: 1\nRequires-Dist: below\n{extra}",
            "asked-1.dist-info/RECORD": "asked-1.dist-info/METADATA,,\nshared.py,,\n",
            "shared.py": "",
            "below-1.dist-info/METADATA": "Name: below\nVersion: 1\n",
            "deep-2.dist-info/METADATA": "Name: deep\nVersion: 2\n",
            "other-1.dist-info/METADATA": "Name: other\nVersion: 1\n",
            "plugin-1.dist-info/METADATA": "Name: plugin\nVersion: 1\n",
            "plugin/__pycache__/__init__.cpython-311.pyc": "",
            "plugin/made_later.txt": "",
        },
    )
    assert parts.required(made.site, "asked\n") == {"asked", "below"}
    assert parts.required(made.site, "asked[more]==1  # why\n\n") == {"asked", "below", "deep"}
    assert parts.unknown(made.site, "asked\nmisprint\n") == ("misprint",)
    record = "plugin/__init__.py,,\nplugin/data.txt,,\n../../../bin/where,,\nshared.py,,\n"
    (made.site / "plugin-1.dist-info/RECORD").write_text(record, "utf-8")
    monkeypatch.setattr("corpus.environments.WORK", tmp_path / "work")
    copied = parts.copy_part(made, "app", frozenset({"asked", "below"}))
    left = sorted(str(path.relative_to(copied.site)) for path in copied.site.rglob("*"))
    assert [
        path for path in left if path.startswith(("asked-1.dist-info/", "plugin", "shared"))
    ] == [
        *("asked-1.dist-info/METADATA", "asked-1.dist-info/RECORD"),
        *("plugin", "plugin/made_later.txt", "shared.py"),
    ]
    assert not (copied.root / "bin/where").exists()
    assert (copied.root / "bin/python").is_symlink()
    assert (made.root / "bin/where").is_file()


PICKY = """def with_plugin() -> str:
    try:
        import plugin
    except ImportError:
        return "as well as with it"
    return "as well as with it"


print("plugin:", with_plugin())
print("ok")
"""


def test_a_package_that_is_only_used_where_it_is_there_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.environments.WORK", tmp_path / "work")
    original = environment(tmp_path)
    plant(
        tmp_path / "set",
        {"own.txt": "# A set\nplugin==1\n# What they need\nother==1\n", "own.py": PICKY},
    )
    plant(
        original.site,
        {
            "plugin-1.dist-info/REQUESTED": "",
            "other-1.dist-info/METADATA": "Name: other\nVersion: 1\n",
            "other-1.dist-info/REQUESTED": "",
        },
    )
    own = Set("own", tmp_path / "set/own.txt", tmp_path / "set/own.py")
    slug = packages.lay(original, own)
    assert (slug.slug / "requirements.txt").read_text("utf-8") == "plugin==1\n"
    assert [path.parent.name for path in slug.site.glob("*/REQUESTED")] == ["plugin-1.dist-info"]
    assert (original.site / "other-1.dist-info/REQUESTED").is_file()
    before = packages.use(slug, own.smoke)
    assert (before.fault, before.said) == (None, {"plugin": "as well as with it"})
    path = "lib/python{}.{}/site-packages/plugin/__init__.py".format(*sys.version_info[:2])
    assert before.modules == {"plugin": path}
    assert before.versions == {"plugin 1", "other 1"}
    assert packages.differences(before, before) == ()
    os.unlink(slug.site / "plugin/__init__.py")
    os.unlink(slug.site / "plugin/data.txt")
    os.rmdir(slug.site / "plugin")
    assert packages.differences(before, packages.use(slug, own.smoke)) == ("- loads plugin",)


def test_all_that_a_set_loses_is_told() -> None:
    modules = {"a": "a.py", "b": "b.py", "b.tests": "b/tests/__init__.py"}
    before = Used(None, {"one": "1", "two": "2"}, modules, frozenset({"d 1"}))
    after = Used("KeyError", {"one": "0"}, {"a": "a.py", "c": "c.py"}, frozenset())
    assert packages.differences(before, after) == (
        "- KeyError",
        "- one: 1, after: 0",
        "- two: 2, after: None",
        "- loads b",
        "- knows d 1",
    )


def test_each_part_of_the_page_leaves_the_other_one(tmp_path: Path) -> None:
    page, sets = tmp_path / "page.md", f"\n{table.SETS}\n\nsets\n"
    for section, expected in (
        ("apps\n", "apps\n"),
        (sets, f"apps\n{sets}"),
        ("more\n", f"more\n{sets}"),
        (f"\n{table.SETS}\n\nless\n", f"more\n\n{table.SETS}\n\nless\n"),
    ):
        table.write(section, page)
        assert page.read_text("utf-8") == expected

"""A plan made again from what the last build left: the same as one made from the start."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pythons import SITE as REAL_SITE
from pythons import real_slug, settings
from reach_cases import REACHED, UNREACHED, WEB
from slugfit.plan.make import make_plan
from slugfit.rebuild import plans
from slugfit.rebuild.plans import plan_again
from slugfit.settings.config_vars import ConfigVars
from slugfit.settings.current_run import Run
from slugfit.verify.start import python_of
from trees import SITE, Content, Folder, Link, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.plan.decision import Plan
    from slugfit.settings.config import Config

TREE = {
    **slug(
        {
            **distribution(
                "pkg",
                "1.0",
                {
                    "pkg/__init__.py": "",
                    "pkg/a.py": "",
                    "pkg/a.pyi": "",
                    "pkg/tests/__init__.py": "",
                    "pkg/tests/mod.py": "",
                    "pkg/data.txt": "x",
                },
            ),
            **distribution("extra", "1.0", {"extra.py": "", "extra-1.0.dist-info/REQUESTED": ""}),
        }
    ),
    "Procfile": "web: python app.py\n",
    "app.py": "import pkg\n\nNAME = 'one'\n",
    "jobs.py": "",
    "templates/index.html": "<p>one</p>",
    "conf.yaml": "level: one\n",
    "bin/run": "#!/usr/bin/env python\nimport pkg\n",
    "link": Link("app.py"),
    ".slugignore": "",
    ".slugfitignore": "",
}
UNUSED = settings(LEVEL="unused", WORTH="0")


class MadeAnewError(Exception):
    """The plan was not made again from what was left."""


def run(cache: Path, **variables: str) -> Run:
    return Run(config_vars=ConfigVars(environment={}, given=variables), cache=cache)


def again(root: Path, run: Run, config: Config = UNUSED) -> Plan:
    """The plan, which has to come from the cache."""

    def refuse(*_: object) -> Plan:
        raise MadeAnewError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plans, "plan_of", refuse)
        return plan_again(root, config, run, None)


NO_MATTER: Mapping[str, Mapping[str, Content]] = {
    "nothing": {},
    "the same, written again": {"app.py": TREE["app.py"]},
    "a comment": {"app.py": "import pkg\n\n# A word: pkg.tests\nNAME = 'one'\n"},
    "a function": {"app.py": "import pkg\n\ndef shout(word):\n    return word.upper()\n"},
    "a text of no name": {"app.py": "import pkg\n\nNAME = 'fourty-two'\n"},
    "a text with spaces": {"app.py": "import pkg\n\nNAME = 'see pkg.tests.mod there'\n"},
    "a template": {"templates/index.html": "<p>pkg.tests.mod</p>"},
    "a module that says nothing": {"jobs.py": "x = 1\n"},
}
MATTERS: Mapping[str, Mapping[str, Content]] = {
    "an import": {"app.py": "import pkg, extra\n"},
    "an import in a function": {"app.py": "import pkg\ndef f():\n    from pkg.tests import mod\n"},
    "a name in a text": {"app.py": "import pkg\n\nNAME = 'pkg.tests.mod'\n"},
    "a pattern": {"app.py": "import pkg\n\nNAME = 'pkg.%s'\n"},
    "computed imports": {"jobs.py": "import importlib\nimportlib.import_module(input())\n"},
    "a script": {"bin/run": "#!/usr/bin/env python\nimport extra\n"},
    "a setting in a file": {"conf.yaml": "backend: extra\n"},
    "a process": {"Procfile": "web: python -m extra\n"},
    "a new module": {"more.py": ""},
    "a list": {".slugignore": "*.html\n"},
    "another list": {".slugfitignore": "pkg/data.txt\n"},
    "an installed file": {f"{SITE}/pkg/data.txt": "yy"},
    "an installed module": {f"{SITE}/pkg/a.py": "import pkg.tests.mod\n"},
    "a new installed file": {f"{SITE}/pkg/b.py": ""},
    "a new folder": {f"{SITE}/pkg/empty": Folder()},
    "a new link": {f"{SITE}/pkg/link": Link("a.py")},
    "a RECORD": {f"{SITE}/pkg-1.0.dist-info/RECORD": "pkg/__init__.py,,\n"},
}


def changed(root: Path, files: Mapping[str, Content]) -> Path:
    """The app as another build finds it: its own files have other times."""
    plant(root, files)
    for name in ("app.py", "templates/index.html"):
        os.utime(root / name, (1, 1))
    return root


@pytest.mark.parametrize("case", NO_MATTER)
def test_what_says_nothing_of_packages_needs_no_new_plan(tmp_path: Path, case: str) -> None:
    root, here = plant(tmp_path / "app", TREE), run(tmp_path / "cache")
    plan_again(root, UNUSED, here, None)
    changed(root, NO_MATTER[case])
    assert again(root, here) == make_plan(root, UNUSED, here)


@pytest.mark.parametrize("case", MATTERS)
def test_what_may_matter_leads_to_a_new_plan(tmp_path: Path, case: str) -> None:
    root, here = plant(tmp_path / "app", TREE), run(tmp_path / "cache")
    plan_again(root, UNUSED, here, None)
    changed(root, MATTERS[case])
    with pytest.raises(MadeAnewError):
        again(root, here)
    assert plan_again(root, UNUSED, here, None) == make_plan(root, UNUSED, here)


@pytest.mark.parametrize(
    ("config", "variables"),
    [
        (settings(LEVEL="standard", WORTH="0"), {}),
        (settings(LEVEL="unused", WORTH="0", KEEP="pkg"), {}),
        (settings(LEVEL="unused", WORTH="0", RULES_OFF="tests"), {}),
        (settings(LEVEL="unused", WORTH="0", BYTECODE="strip"), {}),
        (UNUSED, {"PYTHONOPTIMIZE": "1"}),
    ],
)
def test_other_settings_lead_to_a_new_plan(
    tmp_path: Path, config: Config, variables: Mapping[str, str]
) -> None:
    root = plant(tmp_path / "app", TREE)
    plan_again(root, UNUSED, run(tmp_path / "cache"), None)
    with pytest.raises(MadeAnewError):
        again(root, run(tmp_path / "cache", **variables), config)


def test_a_config_var_that_names_a_package_leads_to_a_new_plan(tmp_path: Path) -> None:
    root, folder = plant(tmp_path / "app", TREE), plant(tmp_path / "env", {"BACKEND": "one"})
    here = Run(config_vars=ConfigVars(folder), cache=tmp_path / "cache")
    plan_again(root, UNUSED, here, None)
    plant(folder, {"BACKEND": "two", "SLUGFIT_UPSTREAM": "lib/pkg/tests"})
    plan_again(root, UNUSED, here, None)
    plant(folder, {"SLUGFIT_UPSTREAM": "other/pkg"})
    again(root, here)
    plant(folder, {"BACKEND": "extra"})
    with pytest.raises(MadeAnewError):
        again(root, here)


@pytest.mark.parametrize(
    "change",
    [
        {"app.py": "import pkg\nCODE = 'no'\n"},
        {"conf.yaml": "locale: nb_NO\n"},
        {"shop/locale/nb/LC_MESSAGES/shop.mo": "x"},
    ],
)
def test_a_language_that_the_app_names_now_leads_to_a_new_plan(
    tmp_path: Path, change: dict[str, Content]
) -> None:
    files: dict[str, Content] = {
        f"pkg/locale/{name}/LC_MESSAGES/pkg.mo": b"\xde\x12\x04\x95" for name in ("nb", "fr")
    }
    site = distribution("pkg", "1.0", {"pkg/__init__.py": "", **files})
    app = {"app.py": "import pkg\n", "conf.yaml": "", "Procfile": WEB["Procfile"]}
    root, here = plant(tmp_path / "app", {**slug(site), **app}), run(tmp_path / "cache")
    config = settings(LEVEL="unused", WORTH="0", LOCALES="de")

    def gone() -> int:
        plan = plan_again(root, config, here, None)
        assert plan == make_plan(root, config, here)
        return sum(item.rule == "translations" for item in plan.decisions)

    assert gone() == 2
    plant(root, change)
    assert gone() == 1


@pytest.mark.parametrize("name", [*REACHED, *UNREACHED])
def test_an_app_that_changes_in_any_of_these_ways_gets_its_own_plan(
    tmp_path: Path, name: str
) -> None:
    case = {**REACHED, **UNREACHED}[name]
    here = run(tmp_path / "cache")
    before = {path: "" if path.endswith(".py") else text for path, text in case.app.items()}
    root = plant(tmp_path / "app", {**case.tree(), **before, "Procfile": WEB["Procfile"]})
    plan_again(root, UNUSED, here, None)
    for path in {"Procfile"} - case.app.keys():
        (root / path).unlink()
    plant(root, case.app)
    assert plan_again(root, UNUSED, here, None) == make_plan(root, UNUSED, here)


def test_a_build_without_a_cache_leaves_nothing(tmp_path: Path) -> None:
    root = plant(tmp_path / "app", TREE)
    plan_again(root, UNUSED, Run(), None)
    assert sorted(tmp_path.iterdir()) == [root]


@pytest.mark.parametrize("spoilt", [b"", b"x" * 40, b"\x80\x05", None])
def test_what_cannot_be_read_in_the_cache_is_no_error(tmp_path: Path, spoilt: bytes | None) -> None:
    root, here = plant(tmp_path / "app", TREE), run(tmp_path / "cache")
    wanted = plan_again(root, UNUSED, here, None)
    file = tmp_path / "cache/plan"
    file.write_bytes(file.read_bytes()[:-1] if spoilt is None else spoilt)
    assert plan_again(root, UNUSED, here, None) == wanted
    assert again(root, here) == wanted


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    root = plant(tmp_path / "app", {**TREE, "../cache": "a file"})
    assert plan_again(root, UNUSED, run(tmp_path / "cache"), None).decisions


def test_bytecode_of_the_app_is_that_of_its_source_now(tmp_path: Path) -> None:
    """It goes by a hash that Python checks, and would be compiled at each start."""
    site: dict[str, Content] = {"pkg/__init__.py": "", "pkg/tests/x.py": ""}
    root = real_slug(tmp_path / "app", site, {"app.py": "import pkg\n", "same.py": "x = 1\n"})
    here, config = run(tmp_path / "cache"), settings()
    python = python_of(config, here)
    first = plan_again(root, config, here, python)
    plant(root, {"app.py": "import pkg\n\n\ndef more():\n    pass\n"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plans, "plan_of", None)
        found = plan_again(root, config, here, python)
    fresh = make_plan(root, config, Run(), python)
    assert found.bytecode == fresh.bytecode
    old = first.bytecode.compiled
    new = [path for path, code in found.bytecode.compiled.items() if code != old[path]]
    assert [path.partition(".")[0] for path in new] == ["__pycache__/app"]
    assert any(path.startswith(REAL_SITE) for path in found.bytecode.compiled)

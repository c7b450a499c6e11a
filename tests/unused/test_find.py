"""What the app reaches, and what it never does: a table of ways, each with a near-miss."""

from __future__ import annotations

import pickle
import posixpath
from typing import TYPE_CHECKING

import pytest

from linked_elf import library
from pythons import settings
from reach_cases import REACHED, UNREACHED, WEB, Case
from slugfit.plan.make import make_plan
from slugfit.plan.unused_too import with_unused
from slugfit.settings.config_vars import ConfigVars
from slugfit.settings.current_run import Run
from trees import SITE, Content, distribution, plant, slug

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.plan.decision import Decision


def going(root: Path, case: Case, **values: str) -> set[str]:
    """The files of ``extra`` that go."""
    plan = make_plan(
        plant(root, case.tree()),
        settings(**{"LEVEL": "unused", "WORTH": "0", **values}),
        Run(config_vars=ConfigVars(environment={})),
    )
    gone = (item for item in plan.decisions if item.rule == "unused" and item.action == "remove")
    return {item.path for item in gone if item.owner == "extra"}


@pytest.mark.parametrize("name", REACHED)
def test_what_is_reached_stays(tmp_path: Path, name: str) -> None:
    assert going(tmp_path, REACHED[name]) == set()


@pytest.mark.parametrize("name", UNREACHED)
def test_what_is_never_reached_goes_without_its_metadata(tmp_path: Path, name: str) -> None:
    case = UNREACHED[name]
    files = {
        posixpath.normpath(f"{SITE}/{path}") for path in case.extra if ".dist-info/" not in path
    }
    assert going(tmp_path, case) == files


def test_a_config_var_names_what_it_uses(tmp_path: Path) -> None:
    plant(tmp_path / "env", {"BACKEND": "extra.backend"})
    site = distribution("extra", "1.0", {"extra.py": ""})
    root = plant(tmp_path / "app", slug(site, app_py="import os\n", Procfile="web: python app.py"))
    run = Run(config_vars=ConfigVars(tmp_path / "env"))
    plan = make_plan(root, settings(LEVEL="unused", WORTH="0"), run)
    assert not [item for item in plan.decisions if item.rule == "unused"]


def test_a_package_of_a_distribution_goes_by_itself(tmp_path: Path) -> None:
    files = {"used.py": "", "other/__init__.py": "", "other/data.bin": "x"}
    case = Case({"app.py": "import used\n", **WEB}, extra=files)
    case = Case({**WEB, "app.py": "import lib, used\n"}, extra=files)
    assert going(tmp_path, case) == {f"{SITE}/other/__init__.py", f"{SITE}/other/data.bin"}


def test_libraries_beside_a_package_stay_with_it(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "extra/__init__.py": "",
        "extra.libs/libx-1.so": b"\x7fELF",
        "extra_libs/x.so": b"",
    }
    assert going(tmp_path, Case({"app.py": "import extra\n"}, extra=files)) == set()


def two_wheels(
    needed: bytes, code: str = "", both: bytes = b"", path: bytes = b""
) -> dict[str, Content]:
    """A slug in which ``two`` has written over the package of ``one``, linked to ``needed``.

    Both bring the library ``both``, to which it is linked too.
    """
    linked = library(tuple(filter(None, (needed, both)))) + path
    package: dict[str, Content] = {"cv/__init__.py": code, "cv/cv.abi3.so": linked}
    shared = [both.decode()] if both else []
    site: dict[str, Content] = {}
    for number, name in ((1, "one"), (2, "two")):
        own = [f"libx-{number}.so", *shared]
        libraries: dict[str, Content] = {f"{name}.libs/{file}": b"\x7fELF" for file in own}
        site |= distribution(name, "1.0", {**package, **libraries})
    return {**slug(site), "app.py": "import cv\n", "Procfile": "web: python app.py\n"}


@pytest.mark.parametrize(
    ("tree", "gone"),
    [
        (two_wheels(b"libx-2.so"), {"one.libs/libx-1.so"}),
        (two_wheels(b"libx-1.so"), {"two.libs/libx-2.so"}),
        (two_wheels(b"libx-2.so", "folder = '../one.libs'\n"), set()),
        (two_wheels(b"libc.so.6"), {"one.libs/libx-1.so", "two.libs/libx-2.so"}),
        (
            two_wheels(b"libx-2.so", both=b"libboth.so"),
            {"one.libs/libx-1.so", "one.libs/libboth.so"},
        ),
        (two_wheels(b"libx-2.so", path=b"$ORIGIN/../one.libs"), set()),
        (two_wheels(b"libx-2.so", "folder = 'libs'\n"), {"one.libs/libx-1.so"}),
        ({**two_wheels(b"libx-2.so"), f"{SITE}/one.libs/data": "x"}, set()),
        ({**two_wheels(b"libx-2.so"), f"{SITE}/x.so": library((b"libx-1.so",))}, set()),
    ],
    ids=[
        *("the second", "the first", "a name in code", "neither", "a library of both"),
        *("the path of a loader", "another name", "other files", "another module"),
    ],
)
def test_libraries_of_the_wheel_that_was_written_over_go(
    tmp_path: Path, tree: dict[str, Content], gone: set[str]
) -> None:
    root = plant(tmp_path, tree)
    plan = make_plan(root, settings(LEVEL="unused", WORTH="0"), Run())
    found = {item.path for item in plan.decisions if item.rule == "unused"}
    assert found == {f"{SITE}/{name}" for name in gone}


def test_what_has_no_modules_stays(tmp_path: Path) -> None:
    assert going(tmp_path, Case(WEB, extra={"share/extra.json": "{}"})) == set()


def test_bytecode_and_programs_go_with_it(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "extra.py": "",
        "__pycache__/extra.cpython-311.pyc": b"x",
        "../../../bin/extra": "x",
    }
    gone = going(tmp_path, Case(WEB, extra=files))
    assert gone == {
        f"{SITE}/extra.py",
        f"{SITE}/__pycache__/extra.cpython-311.pyc",
        ".heroku/python/bin/extra",
    }


@pytest.mark.parametrize(
    "values",
    [{"LEVEL": "standard"}, {"LEVEL": "measure"}, {"RULES_OFF": "unused"}, {"KEEP": "extra"}],
)
def test_only_who_asks_for_it_loses_it(tmp_path: Path, values: dict[str, str]) -> None:
    assert going(tmp_path, Case(WEB), **values) == set()


def test_too_little_is_left_alone(tmp_path: Path) -> None:
    assert going(tmp_path, Case(WEB), WORTH="1K") == set()


def test_without_an_app_nothing_goes(tmp_path: Path) -> None:
    assert going(tmp_path, Case({"Procfile": "web: run\n"})) == set()


def test_the_next_build_s_installers_stay(tmp_path: Path) -> None:
    site = {
        **distribution("lib", "1.0", {"lib.py": ""}),
        **distribution("pip", "1.0", {"pip.py": ""}),
    }
    root = plant(tmp_path, {**slug(site), **WEB})
    gone = {}
    for cached in (False, True):
        plan = make_plan(root, settings(LEVEL="unused", WORTH="0"), Run(tree_is_cached=cached))
        gone[cached] = {item.path for item in plan.decisions if item.rule == "unused"}
    assert gone == {False: {f"{SITE}/pip.py"}, True: set()}


def test_a_namespace_is_shared(tmp_path: Path) -> None:
    site = {
        **distribution("space-a", "1.0", {"space/a/__init__.py": ""}),
        **distribution("space-b", "1.0", {"space/b/__init__.py": ""}),
    }
    root = plant(tmp_path, {**slug(site), "app.py": "import space.a\n"})
    plan = make_plan(root, settings(LEVEL="unused", WORTH="0"), Run())
    gone = {item.path for item in plan.decisions if item.rule == "unused"}
    assert gone == {f"{SITE}/space/b/__init__.py"}


def test_at_standard_it_is_told(tmp_path: Path) -> None:
    site = distribution("extra", "1.0", {"extra.py": ""})
    root = plant(tmp_path, {**slug(site), **WEB})
    plan = make_plan(root, settings(WORTH="0"))
    assert set(plan.unused) == {(f"{SITE}/extra.py", "unused")}
    assert all(item.action == "keep" for item in plan.decisions if "extra.py" in item.path)


def test_pickles_are_no_reason_without_who_reads_them(tmp_path: Path) -> None:
    case = Case({**WEB, "model.bin": pickle.dumps({"a": 1})})
    assert going(tmp_path, case)


@pytest.mark.parametrize("name", ["caf\u00e9", "a\udcffb", "a b", "-x"])
def test_a_name_of_any_kind_is_no_error(tmp_path: Path, name: str) -> None:
    files: dict[str, Content] = {
        "extra/__init__.py": "",
        f"extra/{name}.py": "",
        f"{name}.py": "",
        f"{name}/__init__.py": "",
    }
    library: dict[str, Content] = {"lib/__init__.py": "", "lib/fast.abi3.so": b"\x7fELF\0x"}
    app = {f"{name}.yaml": f"x: {name}\n", **WEB, "app.py": "import lib.fast\n"}
    gone = going(tmp_path, Case(app, library, files))
    assert f"{SITE}/extra/__init__.py" in gone


def _both_ways(root: Path, run: Run, **values: str) -> tuple[tuple[Decision, ...], ...]:
    """What the level unused decides, and what comes of a plan of the level standard."""
    wanted = {"WORTH": "0", **values}
    unused = make_plan(root, settings(**{**wanted, "LEVEL": "unused"}), run)
    standard = make_plan(root, settings(**wanted), run)
    return unused.decisions, with_unused(standard).decisions


@pytest.mark.parametrize("name", [*REACHED, *UNREACHED])
def test_a_standard_plan_becomes_that_of_the_level_unused(tmp_path: Path, name: str) -> None:
    case = {**REACHED, **UNREACHED}[name]
    site = {
        **distribution("lib", "1.0", case.lib),
        **distribution("extra", "1.0", case.extra, case.points),
    }
    root = plant(tmp_path, {**slug(site), **case.app, **case.more})
    unused, turned = _both_ways(root, Run(config_vars=ConfigVars(environment={})))
    assert turned == unused


@pytest.mark.parametrize(
    ("values", "gone"),
    [
        ({}, 14),
        ({"KEEP": "**/extra/b.py"}, 0),
        ({"KEEP": "extra"}, 0),
        ({"BYTECODE": "strip"}, 14),
        ({"BYTECODE": "strip-all"}, 14),
        ({"BYTECODE": "keep"}, 14),
        ({"RULES_OFF": "unused"}, 0),
        ({"RULES_OFF": "tests stubs"}, 14),
    ],
)
def test_what_other_rules_say_of_it_makes_no_difference(
    tmp_path: Path, values: dict[str, str], gone: int
) -> None:
    extra: dict[str, Content] = {
        "extra/__init__.py": "import extra.tests.helpers\n",
        "extra/a.py": "",
        "extra/a.pyi": "",
        "extra/b.py": "",
        "extra/kept.py": "",
        "extra/tests/__init__.py": "",
        "extra/tests/helpers.py": "",
        "extra/tests/test_it.py": "",
        "extra/data.txt": "text",
        "extra/__pycache__/a.cpython-311.pyc": b"x",
        "extra/__pycache__/b.cpython-311.pyc": b"x",
        "extra/tests/__pycache__/helpers.cpython-311.pyc": b"x",
        "extra/fast.so": b"\x7fELF",
        "extra/gone.cpython-311.pyc": b"x",
    }
    site = {**distribution("lib", "1.0", {"lib.py": ""}), **distribution("extra", "1.0", extra)}
    root = plant(tmp_path, {**slug(site), **WEB, ".slugfitignore": "!**/extra/kept.py\nlib.py\n"})
    # Some packages write what no RECORD names.
    plant(root, {f"{SITE}/extra/__pycache__/kept.cpython-311.pyc": b"x"})
    unused, turned = _both_ways(root, Run(config_vars=ConfigVars(environment={})), **values)
    assert turned == unused
    by_rule = [item for item in turned if item.rule == "unused" and item.action == "remove"]
    assert len(by_rule) == gone

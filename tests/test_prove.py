"""What turns out to be needed comes back, the rest stays gone, and the report says so."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from pythons import SITE, engine, real_slug, settings, undone
from slugfit import prove
from slugfit.pipeline import dry_run, slim_tree
from slugfit.plan.decision import Group
from slugfit.plan.reasons import TOO_LITTLE_TRIED, Reason
from slugfit.report.json_report import report_document
from slugfit.report.make import make_report
from slugfit.report.text import render_terminal
from slugfit.verify import child
from slugfit.verify.run import run_steps_alone
from slugfit.verify.step import BrokenError, Failure, Step
from trees import Content, distribution, snapshot

if TYPE_CHECKING:
    from pathlib import Path


# Opens a file among its own tests, by a name that stands in no literal.
OPENS = (
    "import os\n"
    "here = os.path.dirname(__file__)\n"
    "open(os.path.join(here, 'stset'[::-1], 'atad'[::-1])).close()\n"
)
NEEDY = distribution(
    "needy",
    "1.0",
    {
        "needy/__init__.py": OPENS,
        "needy/tests/data": "needed",
        "needy/tests/test_it.py": "",
        "needy/a.py": "",
        "needy/a.pyi": "# stub",
    },
)
OTHER = distribution("other", "2.0", {"other/__init__.py": "", "other/tests/x.py": "x = 1"})
APP: dict[str, Content] = {"app.py": "import needy\nimport other\n"}


def removed(root: Path, *names: str) -> list[str]:
    return [name for name in names if not os.path.lexists(root / SITE / name)]


def test_what_is_needed_comes_back_and_the_rest_stays_gone(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    outcome = slim_tree(root, settings())
    assert not outcome.undone
    (item,) = outcome.returned
    assert (item.group, item.files) == (Group("needy", "tests"), 2)
    assert item.failure.error.startswith("FileNotFoundError")
    assert removed(root, "needy/tests/data", "needy/a.pyi", "other/tests") == [
        "needy/a.pyi",
        "other/tests",
    ]
    assert not (root / ".slugfit").exists()


def test_the_decision_about_it_says_why(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    outcome = slim_tree(root, settings())
    (kept,) = [item for item in outcome.planned.decisions if item.path.endswith("/data")]
    assert (kept.action, kept.rule, kept.saves) == ("keep", "tests", 0)
    assert kept.reason == Reason("put back", step=("import", "needy"))


def test_the_record_names_what_came_back(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    slim_tree(root, settings())
    record = (root / SITE / "needy-1.0.dist-info/RECORD").read_text()
    assert ("needy/tests/data" in record, "needy/a.pyi" in record) == (True, False)


def test_the_report_says_so(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    made = make_report(slim_tree(root, settings()), settings(), action="slim")
    told = " ".join(render_terminal(made).split())
    assert (
        "! Put back 2 files (0.0 MB) of needy that the rule tests had taken: needy could no" in told
    )
    (item,) = report_document(made)["verification"]["put_back"]
    assert (item["distribution"], item["rule"], item["files"]) == ("needy", "tests", 2)
    assert item["failure"]["module"] == "needy"


def test_a_second_run_puts_the_same_back(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    first = slim_tree(root, settings())
    before = snapshot(root)
    second = slim_tree(root, settings())
    assert second.returned == first.returned
    assert snapshot(root) == before


def test_a_neighbour_that_the_app_does_not_import_counts_too(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, {"app.py": "import other\n"})
    assert [item.group for item in slim_tree(root, settings()).returned] == [
        Group("needy", "tests")
    ]


@pytest.mark.parametrize("count", [2, 3])
def test_several_at_once_come_back(tmp_path: Path, count: int) -> None:
    site: dict[str, Content] = {}
    for number in range(count):
        name = f"needy{number}"
        tests = {f"{name}/tests/data": "", f"{name}/tests/test_it.py": ""}
        site |= distribution(name, "1", {f"{name}/__init__.py": OPENS, **tests})
    root = real_slug(tmp_path, {**site, **OTHER}, {"app.py": "import other\n"})
    outcome = slim_tree(root, settings())
    assert [item.group.owner for item in outcome.returned] == [f"needy{n}" for n in range(count)]
    assert removed(root, "other/tests") == ["other/tests"]


def test_strict_turns_that_into_an_error(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    before = snapshot(root)
    with pytest.raises(BrokenError, match="broken: needy"):
        slim_tree(root, settings(STRICT="1"))
    assert snapshot(root) == before


def test_what_was_broken_before_is_not_our_affair(tmp_path: Path) -> None:
    broken = {"broken/__init__.py": "import os; os.environ['DATABASE_URL']"}
    app: dict[str, Content] = {"app.py": "import broken, other\n"}
    root = real_slug(tmp_path, {**broken, **OTHER}, app)
    planned = dry_run(root, settings())
    outcome = slim_tree(root, settings())
    assert (outcome.undone, outcome.returned) == (None, ())
    step = Step("import", "broken")
    assert outcome.known_failures == (Failure(step, "KeyError: 'DATABASE_URL'"),)
    assert removed(root, "other/tests")
    assert not (root / ".slugfit").exists()
    assert outcome.sizes == planned.sizes
    told = " ".join(render_terminal(make_report(outcome, settings(), action="slim")).split())
    assert "broken cannot be imported, with or without Slugfit: KeyError" in told


def test_broken_before_and_broken_by_us_are_told_apart(tmp_path: Path) -> None:
    broken = {"broken/__init__.py": "1/0"}
    app: dict[str, Content] = {"app.py": "import broken, needy\n"}
    root = real_slug(tmp_path, {**broken, **NEEDY}, app)
    outcome = slim_tree(root, settings())
    assert [failure.step.name for failure in outcome.known_failures] == ["broken"]
    assert [item.group.owner for item in outcome.returned] == ["needy"]


def test_an_optional_dependency_that_was_never_there_costs_no_second_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = {**OTHER, "other/plugin.py": "import not_installed"}
    root = real_slug(tmp_path, site, {"app.py": "import other\n"})
    monkeypatch.setattr(prove, "run_steps_alone", pytest.fail)
    outcome = slim_tree(root, settings())
    assert [failure.step.name for failure in outcome.known_failures] == ["other.plugin"]
    assert removed(root, "other/tests")


LAZY: dict[str, Content] = {
    "lazy/__init__.py": "from importlib import import_module\n__all__ = ['display', 'later']\n"
    "def __getattr__(name): return import_module('lazy.' + name)\n",
    "lazy/display.py": "import not_installed\n",
    "lazy/later.py": "from importlib import import_module\n"
    "import_module('.' + 'stset'[::-1], 'lazy')\n",
    "lazy/tests/__init__.py": "",
    "lazy-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: lazy\nVersion: 1\n",
    "lazy-1.dist-info/RECORD": "".join(
        f"lazy/{name}.py,,\n" for name in ("__init__", "display", "later", "tests/__init__")
    ),
}
"""A package of which one part wants what is not installed, and the next one what goes."""


def test_a_part_that_nobody_can_use_hides_no_other(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**LAZY, **OTHER}, {"app.py": "import lazy\n"})
    outcome = slim_tree(root, settings())
    assert [item.group.owner for item in outcome.returned] == ["lazy"]
    assert "lazy" not in [failure.step.name for failure in outcome.known_failures]
    assert not removed(root, "lazy/tests")
    assert removed(root, "other/tests")


def test_a_package_that_was_taken_is_missed_by_the_parts_that_want_it(tmp_path: Path) -> None:
    site: dict[str, Content] = {**LAZY, "not_installed.py": "", "lazy/later.py": ""}
    root = real_slug(tmp_path, site, {"app.py": "import lazy\n"})
    outcome = slim_tree(root, settings(REMOVE="not_installed.py"))
    assert not removed(root, "not_installed.py")
    assert [item.failure.step.name for item in outcome.returned] == ["lazy"]


def test_when_it_cannot_be_found_out_everything_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    before = snapshot(root)
    monkeypatch.setattr(prove, "NARROWING_SECONDS", -1)
    assert "no time to find out" in undone(slim_tree(root, settings()))
    assert snapshot(root) == before


def test_without_time_to_look_whose_failure_it_is_everything_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, {"app.py": "import other\n"})
    before = snapshot(root)
    monkeypatch.setattr(prove, "VERIFY_SECONDS", 0)
    step = Step("import", "needy")
    monkeypatch.setattr(prove, "run_steps", lambda *_: (Failure(step, "FileNotFoundError: x"),))
    assert "could not be tried" in undone(slim_tree(root, settings()))
    assert snapshot(root) == before


def test_a_stop_while_it_is_narrowed_down_puts_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    before = snapshot(root)
    usual, calls = run_steps_alone, []

    def stopped(*arguments: object) -> tuple[Failure, ...]:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return usual(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(prove, "run_steps_alone", stopped)
    with pytest.raises(KeyboardInterrupt):
        slim_tree(root, settings())
    assert snapshot(root) == before


def test_verification_can_be_off(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    outcome = slim_tree(root, settings(VERIFY="off"))
    assert (outcome.undone, outcome.tried) == (None, ())
    assert removed(root, "needy/tests")


def test_a_relative_folder_is_verified_too(tmp_path: Path) -> None:
    root = real_slug(tmp_path / "slug", {**NEEDY, **OTHER}, APP)
    answer = engine("slim", "slug", cwd=tmp_path)
    assert answer.code == 0
    assert "needy could no longer be imported" in " ".join(answer.out.split())
    assert removed(root, "needy/tests/data", "other/tests") == ["other/tests"]


def test_what_the_smoke_command_needs_comes_back(tmp_path: Path) -> None:
    site = {
        **NEEDY,
        **OTHER,
        "needy/__init__.py": f"def work():\n {OPENS.replace(chr(10), chr(10) + ' ')}pass\n",
    }
    root = real_slug(tmp_path, site, {"app.py": "import needy, other\n"})
    command = "python -c 'import needy; needy.work()'"
    outcome = slim_tree(root, settings(SMOKE=command))
    (item,) = outcome.returned
    assert (item.group, item.failure.step) == (Group("needy", "tests"), Step("smoke", command))
    assert removed(root, "other/tests")


def test_a_smoke_command_that_always_fails_is_told_and_nothing_more(tmp_path: Path) -> None:
    root = real_slug(tmp_path, OTHER, {"app.py": "import other\n"})
    outcome = slim_tree(root, settings(SMOKE="echo so it is >&2; exit 7"))
    (known,) = outcome.known_failures
    assert known.error == "it ended with status 7: so it is"
    assert removed(root, "other/tests")


HIDDEN: dict[str, Content] = {
    # What these lead to has no name of its own in site-packages.
    "hidden.pth": "hidden\n",
    "hidden/secret/__init__.py": "PATH = 'stset'[::-1]\n",
    "hidden/secret/tests/__init__.py": "HERE = 1\n",
    "hidden/secret/tests/test_x.py": "HERE = 1\n",
}
IMPORTS_OF_IT = (
    "import secret.tests\n",
    "from secret import tests\n",
    "from secret.tests import HERE\n",
    "from secret.tests import test_x\n",
    "def later():\n    import secret.tests\n",
)


@pytest.mark.parametrize("source", IMPORTS_OF_IT)
def test_an_import_through_a_pth_is_tried_before_and_after(tmp_path: Path, source: str) -> None:
    root = real_slug(tmp_path, {**HIDDEN, **OTHER}, {"app.py": f"import other\n{source}"})
    outcome = slim_tree(root, settings())
    assert outcome.known_failures == ()
    assert not removed(root, "hidden/secret/tests/__init__.py")
    assert removed(root, "other/tests")


def test_what_is_not_installed_is_told_as_known_and_no_more(tmp_path: Path) -> None:
    app: dict[str, Content] = {
        "app.py": "import other, json, absent.part\nfrom lib.own import x\nimport own, app\n",
        "lib/own.py": "from absent import y\n",
    }
    outcome = slim_tree(real_slug(tmp_path, OTHER, app), settings())
    assert [failure.step.name for failure in outcome.known_failures] == [
        "absent",
        "absent.part",
        "absent:y",
    ]
    told = " ".join(render_terminal(make_report(outcome, settings(), action="slim")).split())
    assert "Not installed, though the app's source imports it: absent." in told
    assert "absent cannot be imported" not in told


def slow(name: str, count: int) -> dict[str, Content]:
    """A package of which each module takes its time, and the last needs what goes."""
    files: dict[str, Content] = {
        f"{name}/m{number}.py": "import time; time.sleep(0.2)\n" for number in range(count)
    }
    files[f"{name}/z_last.py"] = f"import time; time.sleep(0.2)\n{OPENS}"
    tests = {f"{name}/tests/data": "needed", f"{name}/tests/test_it.py": ""}
    return distribution(name, "1.0", {f"{name}/__init__.py": "", **files, **tests})


def test_a_group_of_which_too_little_was_tried_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SPARE_SECONDS", 1)
    root = real_slug(tmp_path, {**slow("slow", 12), **OTHER}, {"app.py": "import other\n"})
    outcome = slim_tree(root, settings())
    (item,) = outcome.returned
    assert (item.group, item.files) == (Group("slow", "tests"), 2)
    assert item.beside is not None
    assert 0 < item.beside[0] < item.beside[1] == 14
    assert removed(root, "slow/tests/data", "other/tests") == ["other/tests"]
    (kept,) = [item for item in outcome.planned.decisions if item.path.endswith("/data")]
    assert kept.reason == TOO_LITTLE_TRIED
    late = {failure.step for failure in outcome.untried}
    assert Step("import", "slow.z_last", needed=False) in late
    assert late.isdisjoint(outcome.tried)
    told = " ".join(render_terminal(make_report(outcome, settings(), action="slim")).split())
    assert "there was time to try" in told


def test_what_the_app_imports_of_it_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SPARE_SECONDS", 1)
    root = real_slug(tmp_path, {**slow("slow", 12), **OTHER}, {"app.py": "import slow.m0\n"})
    outcome = slim_tree(root, settings())
    assert outcome.returned == ()
    assert "slow.z_last" in [failure.step.name for failure in outcome.untried]
    told = " ".join(render_terminal(make_report(outcome, settings(), action="slim")).split())
    assert "Not tried in time, and not verified:" in told
    assert "nothing else was tried" in told


def test_each_group_gets_a_part_of_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SPARE_SECONDS", 1)
    site = {**slow("slow", 12), **OTHER, **NEEDY}
    outcome = slim_tree(real_slug(tmp_path, site, {"app.py": "import json\n"}), settings())
    found = {item.group.owner: item.beside for item in outcome.returned}
    # The rest was tried, although it comes after all of "slow" by name or by size.
    assert "other" not in found
    assert found["needy"] is None


def test_what_takes_too_long_with_and_without_is_not_tried_and_not_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "STEP_SECONDS", 0.3)
    heavy = distribution(
        "heavy", "1", {"heavy/__init__.py": "while True: pass\n", "heavy/tests/x.py": ""}
    )
    root = real_slug(tmp_path, {**heavy, **OTHER}, {"app.py": "import heavy, other\n"})
    outcome = slim_tree(root, settings())
    assert (outcome.undone, outcome.known_failures) == (None, ())
    (late,) = outcome.untried
    assert (late.step, late.tried) == (Step("import", "heavy"), False)
    assert [item.group for item in outcome.returned] == [Group("heavy", "tests")]
    told = " ".join(render_terminal(make_report(outcome, settings(), action="slim")).split())
    assert "heavy was not tried in time, and is not verified" in told
    assert "heavy cannot" not in told


def test_a_failure_that_nobody_can_place_in_time_brings_its_groups_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, {"app.py": "import other\n"})
    usual = run_steps_alone

    def late(*arguments: Any) -> tuple[Failure, ...]:  # noqa: ANN401
        return usual(arguments[0], arguments[1], 0)

    monkeypatch.setattr(prove, "run_steps_alone", late)
    outcome = slim_tree(root, settings())
    assert {item.group.owner for item in outcome.returned} == {"needy"}
    assert not removed(root, "needy/tests/data", "needy/a.pyi")
    assert removed(root, "other/tests")

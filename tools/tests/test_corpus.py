"""The corpus harness sees what is broken, excuses what it should, and rivals hit what they say."""

from __future__ import annotations

import os
import venv
from typing import TYPE_CHECKING

import pytest

from corpus import editables, environments, results, sets, sizes, sweep, treatments, verdict
from corpus.environments import SITE, Environment
from corpus.sweep import Findings, Pace
from corpus.treatments import Rival
from trees import distribution, plant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trees import Content

PLUGIN = "[plugins]\ngood = pkg.plugin:load\nbad = pkg.gone:load\n"
PACKAGE: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/plugin.py": "def load(): pass\n",
    "pkg/user.py": "from pkg.tests import helper\n",
    "pkg/lazy.py": "def f(): import pkg.tests\n",
    "pkg/tests/__init__.py": "",
    "pkg/tests/helper.py": "",
    "pkg/tests/test_it.py": "import pkg.tests.helper\n",
}


def environment(root: Path, site: Mapping[str, Content]) -> Environment:
    venv.create(root, symlinks=True, with_pip=False)
    plant(root / SITE, site)
    return Environment(root, root)


def findings(modules: Mapping[str, str | None], **more: object) -> Findings:
    base: dict[str, object] = {"versions": {}, "entry_points": {}, "absent": (), "smoke": None}
    return Findings(modules=modules, **(base | more))  # type: ignore[arg-type]


def test_modules_are_all_that_could_be_imported(tmp_path: Path) -> None:
    made = environment(
        tmp_path,
        {
            "one.py": "",
            "pkg/__init__.py": "",
            "pkg/__main__.py": "",
            "pkg/fast.abi3.so": b"",
            "pkg/fast.py": "",
            "pkg/no-module.py": "",
            "pkg/data.txt": "",
            "pkg/__pycache__/one.cpython-311.pyc": b"",
            "space/deep/leaf.py": "",
            "sourceless.pyc": b"",
            "dist-1.0.dist-info/odd.py": "",
        },
    )
    assert sweep.modules(made.site) == {
        "one": "one.py",
        "pkg": "pkg/__init__.py",
        "pkg.fast": "pkg/fast.py",
        "space.deep.leaf": "space/deep/leaf.py",
        "sourceless": "sourceless.pyc",
    }


def test_a_sweep_tells_every_kind_of_end(tmp_path: Path) -> None:
    made = environment(
        tmp_path,
        {
            "good/__init__.py": "",
            "good/sub/__init__.py": "",
            "good/sub/leaf.py": "import good",
            "bad/__init__.py": "raise ValueError('first\\nsecond')",
            "bad/below.py": "",
            "needs.py": "import missing_sibling",
            "crash/__init__.py": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "crash/below.py": "",
            "hang.py": "import time; time.sleep(60)",
            "leaves.py": "import os; os._exit(0)",
            "quits.py": "raise SystemExit(3)",
            "loud.py": "print('x' * 100000); input()",
            "space/leaf.py": "",
            "order/__init__.py": "",
            "order/first.py": "import sys; sys.spoiled = True",
            "order/second.py": "import sys; assert not hasattr(sys, 'spoiled')",
        },
    )
    found = sweep.run(made, sweep.modules(made.site), None, pace=Pace(seconds=1)).modules
    assert {name for name, error in found.items() if error is None} == {
        *("good", "good.sub", "good.sub.leaf", "space.leaf"),
        *("order", "order.first", "order.second"),
    }
    assert found["bad"] == "ValueError: first"
    assert found["bad.below"] == "bad: ValueError: first"
    assert found["needs"] == "ModuleNotFoundError: No module named 'missing_sibling'"
    assert found["crash"] == "SIGSEGV"
    assert found["crash.below"] == "crash: SIGSEGV"
    assert found["hang"] == "killed: out of time"
    assert found["leaves"] == "ended without a word"
    assert found["quits"] == "SystemExit: 3"
    assert str(found["loud"]).startswith("EOFError")


def test_company_hides_no_failure_and_causes_none(tmp_path: Path) -> None:
    made = environment(
        tmp_path,
        {
            "a.py": "import sys; sys.spoiled = True",
            "b.py": "import sys; assert not hasattr(sys, 'spoiled')",
            "c.py": "import missing",
            "d.py": "import os; os.abort()",
            "e.py": "",
            "f/__init__.py": "",
            "f/g.py": "",
        },
    )
    found = sweep.run(made, sweep.modules(made.site), None, pace=sweep.TOGETHER).modules
    alone = sweep.run(made, sweep.modules(made.site), None, pace=sweep.ALONE).modules
    assert found == alone
    assert {name for name, error in found.items() if error} == {"c", "d"}


def test_a_sweep_reads_metadata_and_loads_entry_points(tmp_path: Path) -> None:
    made = environment(tmp_path, distribution("pkg", "1.0", PACKAGE, PLUGIN))
    os.unlink(made.site / "pkg/lazy.py")
    found = sweep.run(made, [], None)
    assert found.versions == {"pkg": "1.0"}
    assert found.absent == ("pkg: pkg/lazy.py",)
    assert found.entry_points["pkg: [plugins] good"] is None
    assert "pkg.gone" in str(found.entry_points["pkg: [plugins] bad"])


def test_a_sweep_prepares_as_the_program_does_and_survives_when_that_dies(tmp_path: Path) -> None:
    made = environment(tmp_path / "env", {"app.py": "import sys; assert sys.ready"})
    program = tmp_path / "program.py"
    program.write_text("def prepare():\n    import sys\n    sys.ready = True\n")
    assert sweep.run(made, ["app"], program).modules == {"app": None}
    program.write_text("def prepare():\n    import os\n    os.abort()\n")
    assert str(sweep.run(made, ["app"], program).modules["app"]).startswith("AttributeError")


def test_a_sweep_writes_nothing_and_reads_the_originals_bytecode(tmp_path: Path) -> None:
    made = environment(tmp_path / "env", {"app.py": "x = 1\n", "pkg/__init__.py": ""})
    before = environments.manifest(made.root)
    sweep.run(made, ["app", "pkg"], None)
    assert environments.manifest(made.root) == before


def test_smoke_wants_its_last_word(tmp_path: Path) -> None:
    made = environment(tmp_path / "env", {})
    program = tmp_path / "program.py"
    for text, fault in (
        ("print('ok')", None),
        ("print('no')", "it ended without its last word"),
        ("raise ValueError('why')", "ValueError: why (status 1)"),
    ):
        program.write_text(text)
        assert sweep.smoke(made, program) == (fault, {})


def test_what_a_program_finds_is_compared_step_by_step(tmp_path: Path) -> None:
    made = environment(tmp_path / "env", {})
    program = tmp_path / "program.py"
    program.write_text(
        "def with_two() -> list: return [1]\n"
        "print('warning: one', f'two: {with_two()}', 'three: 3', 'ok', sep='\\n')\n"
    )
    before = sweep.with_smoke(findings({}), made, program)
    assert before.said == {"two": "[1]"}
    assert not verdict.compare(before, before, (), records=True).broken
    for after, found in (({"two": "[]"}, "[]"), ({}, "nothing")):
        judged = verdict.compare(before, findings({}, said=after), (), records=True)
        assert judged.broken
        assert judged.said == {"two": found}


def test_a_program_is_ended_in_time_and_runs_at_home(tmp_path: Path) -> None:
    made = environment(tmp_path / "env", {})
    program = tmp_path / "program.py"
    program.write_text("import time; time.sleep(60)")
    assert sweep.smoke(made, program, seconds=0.5)[0] == "out of time"
    program.write_text(
        "import os\nassert os.listdir() == [] and os.path.samefile('.', os.environ['HOME'])\n"
        "assert 'PYTEST_CURRENT_TEST' not in os.environ\nprint('ok')\n"
    )
    assert sweep.smoke(made, program)[0] is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("pkg/tests/test_it.py", True),
        ("pkg/test/x.py", True),
        ("docs/conf.py", True),
        ("pkg/examples/a.py", True),
        ("pkg/test_it.py", True),
        ("pkg/it_test.py", True),
        ("pkg/conftest.py", True),
        ("pkg/test.py", False),
        ("jinja2/tests.py", False),
        ("pkg/testing/x.py", False),
        ("pkg/contest.py", False),
        ("pkg/latest_docs.py", False),
        ("pkg/test_it.so", False),
        ("pkg/_test_it.cpython-311-x86_64-linux-gnu.so", True),
        ("pkg/_core/_umath_tests.cpython-311-x86_64-linux-gnu.so", True),
        ("pkg/_cytest.abi3.so", True),
        ("pkg/_testing.cpython-311-x86_64-linux-gnu.so", False),
        ("pkg/_pytest.cpython-311-x86_64-linux-gnu.so", False),
        ("numpy/_core/_simd.cpython-311-x86_64-linux-gnu.so", True),
        ("pkg/_simd.cpython-311-x86_64-linux-gnu.so", False),
    ],
)
def test_only_tests_docs_and_examples_are_excused(path: str, expected: bool) -> None:  # noqa: FBT001
    assert verdict.is_excused(path) is expected


def test_removed_tests_are_excused_and_their_users_are_not(tmp_path: Path) -> None:
    made = environment(tmp_path / "env", distribution("pkg", "1.0", PACKAGE, PLUGIN))
    files = sweep.modules(made.site)
    before = sweep.run(made, files, None)
    treatments.apply(Rival("tests", "", lambda path: "/tests/" in path), made)
    left = [path for path, _ in environments.files(made.site)]
    spared = verdict.excused(files, left)
    assert spared == {"pkg.tests", "pkg.tests.helper", "pkg.tests.test_it"}
    found = verdict.compare(before, sweep.run(made, files, None), spared, records=False)
    assert set(found.modules) == {"pkg.user"}
    assert found.absent == ()
    assert found.broken
    promised = verdict.compare(before, sweep.run(made, files, None), spared, records=True)
    assert len(promised.absent) == 3


def test_a_kept_module_below_a_removed_package_counts() -> None:
    files = {"pkg.tests": "pkg/tests/__init__.py", "pkg.tests.kept": "pkg/tests/kept.py"}
    assert verdict.excused(files, {"pkg/tests/kept.py"}) == {"pkg.tests"}


def test_a_module_removed_for_another_reason_counts() -> None:
    assert verdict.excused({"pkg.core": "pkg/core.py"}, set()) == frozenset()


def test_only_what_worked_before_can_be_broken() -> None:
    before = findings({"a": None, "b": "ImportError: x"}, smoke="it never ran")
    after = findings({"a": None, "b": "ImportError: y"}, smoke="nor now")
    assert not verdict.compare(before, after, (), records=True).broken


def test_lost_metadata_and_a_failing_program_are_broken() -> None:
    before = findings({}, versions={"d": "1"}, entry_points={"d: [g] n": None})
    after = findings({}, smoke="ImportError: z")
    found = verdict.compare(before, after, (), records=False)
    assert found.versions == ("d",)
    assert list(found.entry_points) == ["d: [g] n"]
    assert found.smoke == "ImportError: z"


@pytest.mark.parametrize(
    ("rule", "goes", "stays"),
    [
        (
            treatments.naive,
            ("a/tests/x.py", "botocore/docs/__init__.py", "a/__pycache__/m.pyc", "a/examples/b"),
            ("a/testing/x.py", "a/test.py", "tests", "a/test_x.py", "a-1.dist-info/RECORD"),
        ),
        (
            treatments.serverless,
            ("a/m.pyc", "a/__pycache__/m.cpython-311.pyc", "a-1.dist-info/METADATA"),
            ("a/m.py", "a/tests/x.py", "a/dist_info.py"),
        ),
        (
            treatments.recipe,
            ("a/tests/x.py", "boto3/__init__.py", "botocore/a.py", "a-1.dist-info/RECORD"),
            ("a/test/x.py", "a/boto3/x.py", "a/m.py"),
        ),
        (
            treatments.pyodide,
            ("a/tests/x.py", "a/test/x.txt", "a/test_x.py", "a/x_test.py", "a/conftest.py"),
            ("a/docs/x.py", "a/test.py", "a/__pycache__/m.pyc", "a/mytest.py", "a/test_x.txt"),
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_rivals_rule(rule: object, goes: tuple[str, ...], stays: tuple[str, ...]) -> None:
    assert callable(rule)
    assert [path for path in goes if not rule(path)] == []
    assert [path for path in stays if rule(path)] == []


def test_a_treated_copy_leaves_the_original_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "WORK", tmp_path / "work")
    made = environment(tmp_path / "env", distribution("pkg", "1.0", PACKAGE))
    was = environments.manifest(made.root)
    copy = environments.copy(made, "naive")
    inode = (made.site / "pkg/user.py").stat().st_ino
    assert (copy.site / "pkg/user.py").stat().st_ino == inode
    treatments.apply(treatments.RIVALS[0], copy)
    assert not (copy.site / "pkg/tests").exists()
    assert environments.manifest(made.root) == was


def test_sizes_of_a_copy_come_from_the_originals_prices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "WORK", tmp_path / "work")
    made = environment(tmp_path / "env", {"a.py": "x = 1\n" * 5000, "b.bin": os.urandom(50_000)})
    prices = sizes.prices(made.root)
    whole = sizes.weigh(made.root, prices)
    assert 50_000 < whole.compressed < 60_000
    copy = environments.copy(made, "smaller")
    os.unlink(copy.site / "b.bin")
    (copy.site / "c.bin").write_bytes(os.urandom(20_000))
    smaller = sizes.weigh(copy.root, prices)
    assert whole.uncompressed - smaller.uncompressed == 30_000
    assert 29_000 < whole.compressed - smaller.compressed < 31_000


def test_every_set_is_pinned_and_has_a_program() -> None:
    found = sets.every()
    assert len(found) >= 11
    for each in found:
        lines = each.requirements.read_text("utf-8").splitlines()
        pins = [line for line in lines if line and not line.startswith("#")]
        assert all(line.count("==") == 1 for line in pins), each.name
        names = [line.split("==")[0] for line in pins]
        assert len(names) == len(set(names)), each.name
        assert 0 < len(each.main) < len(pins), each.name
        assert each.smoke.is_file(), each.name
        assert 'write("ok\\n")' in each.smoke.read_text("utf-8"), each.name


def test_a_kept_result_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "WORK", tmp_path)
    chosen = sets.find(sets.SMALL)
    result = results.Result(chosen.name, results.key_of(chosen), "CPython")
    result.before = findings({"a": None})
    broken = verdict.Verdict({"m": "e"}, {}, ("d",), ("f",), None)
    result.treated["slugfit"] = results.Treated("x", 1.5, sizes.Size(2, 1), broken, {"undone": ""})
    result.upstream = [results.Upstream("d", "tests", 2, 1, ("t",))]
    results.save(result)
    assert results.load(chosen) == result
    with results.kept(chosen, result) as other:
        other.treated["naive"] = result.treated["slugfit"]
    with results.kept(chosen, result) as latest:
        assert set(latest.treated) == {"slugfit", "naive"}
    result.key = "other pins"
    results.save(result)
    assert results.load(chosen) is None


def test_a_set_can_have_editable_sources() -> None:
    editable = sets.find("editable")
    assert "sources/counted" in editable.sources
    assert sets.find("jedi").sources == ()
    assert len({each.digest for each in sets.every()}) == len(sets.every())


def test_a_copy_leads_to_its_own_sources(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    site = plant(after / SITE, {"a.pth": f"{before}/src/a\n", "other.pth": "import os\n"})
    os.link(site / "a.pth", tmp_path / "original.pth")
    editables.move(site, before, after)
    assert (site / "a.pth").read_text() == f"{after}/src/a\n"
    assert (site / "other.pth").read_text() == "import os\n"
    # What the copy shares with the original stays as it is.
    assert (tmp_path / "original.pth").read_text() == f"{before}/src/a\n"

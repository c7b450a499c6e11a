"""bin/release and bin/report: answers that no build fails for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from buildpacks import Buildpack, Ran, executable, without_python
from slugfit import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@pytest.mark.usefixtures("idle")
def test_release_is_the_wrapped_buildpacks(wrapping: Buildpack) -> None:
    wrapping.compile()
    ran = wrapping.run("release", wrapping.build)
    assert ran == Ran(0, "---\naddons:\n  - from-yes\n", "")


@pytest.mark.usefixtures("idle")
def test_release_lets_the_apps_python_write_no_bytecode_into_the_slug(
    wrapping: Buildpack,
) -> None:
    script = 'printf -- "---\\nbytecode: %s\\n" "${PYTHONDONTWRITEBYTECODE:-written}"'
    wrapping.compile()
    executable(wrapping.root / ".upstream/bin/release", f"#!/bin/sh\n{script}\n")
    assert wrapping.run("release", wrapping.build).out == "---\nbytecode: 1\n"


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("script", ["exit 1", "echo half; exit 1", "exit 0"])
def test_release_is_never_the_reason_for_a_failed_build(
    wrapping: Buildpack, tmp_path: Path, script: str
) -> None:
    executable(tmp_path / "an upstream/bin/release", f"#!/bin/sh\n{script}\n")
    wrapping.compile()
    assert wrapping.run("release", wrapping.build) == Ran(0, "--- {}\n", "")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([], "--- {}\n"),
        (["manage.py"], "--- {}\n"),
        (["manage.py", "django"], "--- {}\n"),
        (["manage.py", "psycopg2"], "--- {}\n"),
        (["django", "psycopg2"], "--- {}\n"),
        (["manage.py", "django", "psycopg2"], "---\naddons:\n  - heroku-postgresql\n"),
    ],
)
def test_release_in_chain_mode_looks_for_itself(
    chaining: Buildpack, files: Sequence[str], expected: str
) -> None:
    for name in files:
        packages = chaining.build / ".heroku/python/lib/python3.14/site-packages"
        executable(chaining.build / name if "." in name else packages / name / "__init__.py", "")
    assert chaining.run("release", chaining.build) == Ran(0, expected, "")


def report(pack: Buildpack) -> dict[str, object]:
    ran = pack.run("report", pack.build, pack.cache, pack.env)
    assert (ran.code, ran.err) == (0, "")
    facts = json.loads(ran.out)
    assert isinstance(facts, dict)
    return facts


def test_report_merges_the_wrapped_buildpacks(wrapping: Buildpack) -> None:
    (wrapping.build / "app.py").touch()
    wrapping.compile()
    facts = report(wrapping)
    assert (facts["package_manager"], facts["slugfit_version"]) == ("pip", __version__)


@pytest.mark.parametrize(
    ("script", "setting", "code"),
    [
        ("compile", {"FAKE_EXIT": "7"}, 7),
        ("compile", {"SLUGFIT_LEVEL": "most"}, 2),
        ("compile", {"SLUGFIT_UPSTREAM": "/nowhere"}, 1),
        ("test-compile", {}, 0),
    ],
)
def test_report_says_nothing_of_an_earlier_build(
    wrapping: Buildpack, script: str, setting: Mapping[str, str], code: int
) -> None:
    (wrapping.build / "app.py").touch()
    assert wrapping.compile().code == 0
    assert "slugfit_after_bytes" in report(wrapping)
    wrapping.config(**setting)
    assert wrapping.run(script, wrapping.build, wrapping.cache, wrapping.env).code == code
    facts = report(wrapping)
    assert [name for name in facts if name.startswith("slugfit_")] == []
    # The wrapped buildpack's own is about this build, if it ran at all.
    assert ("package_manager" in facts) == (code in (7, 0))


def test_report_of_an_app_that_ships_unslimmed_says_nothing_of_an_earlier_build(
    wrapping: Buildpack,
) -> None:
    (wrapping.build / "app.py").touch()
    wrapping.compile()
    wrapping.faults({"slim": {"signal": 9}})
    assert wrapping.compile().code == 0
    assert report(wrapping) == {"package_manager": "pip"}
    wrapping.faults({})
    assert "Since the last build" in wrapping.compile().out


def test_report_of_a_build_over_the_limit_is_told(wrapping: Buildpack) -> None:
    (wrapping.build / "app.py").write_text("import os\n")
    wrapping.config(SLUGFIT_LIMIT="10", SLUGFIT_OVER_LIMIT="fail")
    assert wrapping.compile().code == 3
    assert report(wrapping)["slugfit_verdict"] == "over"


def test_report_after_heroku_python_is_its_own(chaining: Buildpack) -> None:
    (chaining.build / "app.py").touch()
    chaining.compile()
    facts = report(chaining)
    assert facts["slugfit_version"] == __version__
    assert [name for name in facts if not name.startswith("slugfit_")] == []


def test_report_survives_a_failing_wrapped_one(wrapping: Buildpack, tmp_path: Path) -> None:
    executable(tmp_path / "an upstream/bin/report", "#!/bin/sh\necho '{'\necho oh >&2\nexit 1\n")
    (wrapping.build / "app.py").touch()
    wrapping.compile()
    facts = report(wrapping)
    assert facts["slugfit_version"] == __version__
    assert [name for name in facts if not name.startswith("slugfit_")] == []


@pytest.mark.parametrize("step", [{"exit": 1, "stderr": "boom"}, {"signal": 9}])
def test_report_survives_a_failing_engine(pack: Buildpack, step: Mapping[str, object]) -> None:
    pack.faults({"buildpack-report": step})
    assert report(pack) == {}


def test_report_survives_a_machine_without_python(pack: Buildpack, tmp_path: Path) -> None:
    pack.environment["PATH"] = without_python(tmp_path / "tools")
    assert report(pack) == {}


def test_report_survives_missing_arguments(pack: Buildpack) -> None:
    assert pack.run("report").code == 0

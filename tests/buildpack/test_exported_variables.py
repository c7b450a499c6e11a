""".profile.d/slugfit.sh and the export file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from buildpacks import IDLE, MARK, Buildpack

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("idle")


def test_variables_go_below_the_wrapped_buildpacks_export(wrapping: Buildpack) -> None:
    wrapping.faults(
        {"environment": {"files": {"profile": "export A=1\n", "export": "export B=2\n"}}},
        IDLE,
    )
    assert wrapping.compile().code == 0
    export = (wrapping.root / "export").read_text()
    assert export == f"export FROM_UPSTREAM=yes\nexport B=2\n{MARK}"
    assert (wrapping.build / ".profile.d/slugfit.sh").read_text() == "export A=1\n"
    assert wrapping.commands().count("environment") == 1


def test_a_second_build_sees_nothing_of_the_firsts_export(wrapping: Buildpack) -> None:
    wrapping.faults({"environment": {"files": {"export": "export B=2\n"}}}, IDLE)
    wrapping.compile()
    first = (wrapping.root / "export").read_text()
    wrapping.compile()
    assert (wrapping.root / "export").read_text() == first
    wrapping.faults({"config": {"exit": 2}})
    wrapping.compile()
    assert not (wrapping.root / "export").exists()


def test_no_variables_no_files(chaining: Buildpack) -> None:
    assert chaining.compile().code == 0
    assert not (chaining.build / ".profile.d").exists()
    assert (chaining.root / "export").read_text() == MARK


def test_chain_mode_exports_only_its_own(chaining: Buildpack) -> None:
    (chaining.root / "export").write_text("export OLD=1\n")
    chaining.faults({"environment": {"files": {"export": "export B=2\n"}}}, IDLE)
    chaining.compile()
    assert (chaining.root / "export").read_text() == f"export B=2\n{MARK}"


def test_failing_to_find_variables_is_a_warning(chaining: Buildpack) -> None:
    boom = {"exit": 1, "stdout": "half", "stderr": "boom\n"}
    chaining.faults({"environment": boom}, IDLE)
    ran = chaining.compile()
    assert (ran.code, ran.err) == (0, "")
    assert " !     halfboom\n !     Slugfit set no variables (exit code 1)." in ran.out
    assert not (chaining.build / ".profile.d/slugfit.sh").exists()


def test_a_link_in_the_apps_profile_folder_is_replaced_not_followed(
    chaining: Buildpack, tmp_path: Path
) -> None:
    (tmp_path / "outside").write_text("untouched")
    (chaining.build / ".profile.d").mkdir()
    for name in ("slugfit.sh", "slugfit.sh.new"):
        (chaining.build / ".profile.d" / name).symlink_to(tmp_path / "outside")
    chaining.faults({"environment": {"files": {"profile": "A=1\n"}}}, IDLE)
    chaining.compile()
    assert (tmp_path / "outside").read_text() == "untouched"
    assert (chaining.build / ".profile.d/slugfit.sh").read_text() == "A=1\n"


def test_a_profile_folder_that_leads_out_of_the_app_gets_nothing(
    chaining: Buildpack, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (chaining.build / ".profile.d").symlink_to(tmp_path / "outside")
    chaining.faults({"environment": {"files": {"profile": "A=1\n"}}}, IDLE)
    ran = chaining.compile()
    assert ran.code == 0
    assert "Slugfit set no variables in slugfit.sh" in ran.out
    assert list((tmp_path / "outside").iterdir()) == []

"""What doctor prints: text, JSON, SARIF, exit codes, and what the app ignores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from doctor_apps import HEALTHY, findings
from pythons import ROOT, engine
from slugfit.base.errors import UsageError
from slugfit.doctor.rules import RULES
from slugfit.doctor.sentences import SENTENCES
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

TORCH = {"requirements.txt": "torch==2.5.1\nflask\n", "Procfile": "web: ./start\n"}


def test_a_healthy_app_is_met_with_silence(tmp_path: Path) -> None:
    answer = engine("doctor", plant(tmp_path, HEALTHY))
    assert (answer.code, answer.out, answer.err) == (0, "", "")


def test_an_empty_folder_is_met_with_silence(tmp_path: Path) -> None:
    answer = engine("doctor", tmp_path)
    assert (answer.code, answer.out, answer.err) == (0, "", "")


@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [
        ("torch==2.5.1\n", "error", 12),
        ("opencv-python==4.9.0.80\n", "error", 0),
        ("opencv-python==4.9.0.80\n", "warning", 12),
        ("flask\n", "warning", 0),
        ("flask\n", "advice", 12),
        ("flask==3.0.0\n", "advice", 0),
    ],
)
def test_it_fails_on_what_is_grave(tmp_path: Path, text: str, fail_on: str, code: int) -> None:
    app = plant(tmp_path, {**HEALTHY, "requirements.txt": text, "Procfile": "web: ./start\n"})
    assert engine("doctor", app, "--fail-on", fail_on).code == code


def test_as_json(tmp_path: Path) -> None:
    answer = engine("doctor", plant(tmp_path, {**HEALTHY, **TORCH}), "--json")
    told = json.loads(answer.out)
    assert (answer.code, told["version"]) == (12, 1)
    first = told["findings"][0]
    assert (first["rule"], first["severity"], first["file"], first["line"]) == (
        "torch-cuda",
        "error",
        "requirements.txt",
        1,
    )
    assert first["size"]["bytes"] > 1_000_000_000
    assert "+torch==2.5.1+cpu" in first["diff"]


def test_credentials_are_never_shown(tmp_path: Path) -> None:
    tree = {
        "requirements.txt": "--index-url https://user:secret@index.example/simple\ntorch==2.5.1\n"
    }
    app = plant(tmp_path, {**HEALTHY, **tree})
    for form in ((), ("--json",), ("--sarif",)):
        answer = engine("doctor", app, *form)
        assert answer.code == 12
        assert "secret" not in answer.out + answer.err


@pytest.mark.parametrize(
    ("line", "rules"),
    {
        "torch==2.5.1": ["torch-cuda"],
        "torch==2.5.1  # slugfit: ignore[torch-cuda]": [],
        "torch==2.5.1  # slugfit: ignore[opencv-twice, torch-cuda]": [],
        "torch==2.5.1  # slugfit: ignore[opencv-twice]": ["torch-cuda"],
        "torch==2.5.1  # slugfit: ignore": [],
        "# slugfit: ignore[torch-cuda]\ntorch==2.5.1": [],
    }.items(),
)
def test_a_comment_ignores(tmp_path: Path, line: str, rules: list[str]) -> None:
    found = findings(tmp_path, {**TORCH, "requirements.txt": f"{line}\n"})
    assert [item.rule for item in found] == rules


def test_a_table_ignores(tmp_path: Path) -> None:
    project = '[tool.slugfit.doctor]\nignore = ["torch-cuda"]\n'
    assert findings(tmp_path, {**TORCH, "pyproject.toml": project}, "torch-cuda") == []


def test_what_is_ignored_must_exist(tmp_path: Path) -> None:
    project = '[tool.slugfit.doctor]\nignore = ["torch"]\n'
    with pytest.raises(UsageError, match="names torch"):
        findings(tmp_path, {**TORCH, "pyproject.toml": project})


def test_every_rule_has_a_sentence_of_its_own() -> None:
    said = {name.partition("/")[0] for name in SENTENCES}
    assert said == {rule.name for rule in RULES}
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_every_rule_has_its_section() -> None:
    text = (ROOT / "docs/doctor.md").read_text("utf-8")
    sections = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert sections[: len(RULES)] == [rule.name for rule in RULES]

"""SARIF, by a model of its schema, and by what GitHub's code scanning requires.

https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Schema

from doctor_apps import HEALTHY
from pythons import engine
from slugfit.doctor.finding import Finding
from slugfit.doctor.rules import RULES
from slugfit.doctor.sarif import findings_sarif
from slugfit.doctor.sentences import SENTENCES
from slugfit.doctor.sizes import Size
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

SICK = {"requirements.txt": "torch==2.5.1\nopencv-python==4.9.0.80\n", "runtime.txt": "python-3.8"}
PLACES = {"requirements.txt", "runtime.txt", "Procfile"}
MOST_RULES = 25_000
"""Of one run; results and tools have limits as well, which no app comes near."""


def checked(text: str) -> dict[str, Any]:
    """The one run of a log that the schema and GitHub take."""
    log = json.loads(text)
    Schema.model_validate(log)
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert log["version"] == "2.1.0"
    assert driver["name"] == "slugfit"
    assert len(driver["rules"]) <= MOST_RULES
    for rule in driver["rules"]:
        for key in ("shortDescription", "fullDescription", "help"):
            assert 0 < len(rule[key]["text"]) <= 1024
        assert rule["helpUri"].startswith("https://")
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        (place,) = result["locations"]
        uri = place["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.isascii()
        assert not uri.startswith("/")
        assert place["physicalLocation"]["region"]["startLine"] >= 1
    return dict(run)


def uris(run: dict[str, Any]) -> set[str]:
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    return {place["artifactLocation"]["uri"] for place in places}


def test_the_model_is_strict() -> None:
    log = json.loads(findings_sarif(()))
    log["runs"][0]["results"] = [{"mesage": {"text": "x"}}]
    with pytest.raises(ValidationError):
        Schema.model_validate(log)


def test_every_rule_is_documented_in_it(tmp_path: Path) -> None:
    run = checked(engine("doctor", plant(tmp_path, HEALTHY), "--sarif").out)
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [item.name for item in RULES]
    assert run["results"] == []


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_a_finding_of_every_rule(rule: str) -> None:
    kinds = [key.partition("/")[2] for key in SENTENCES if key.partition("/")[0] == rule]
    why = (kinds[0], "2", "three")
    finding = Finding(rule, "a b/\udcff\n#?.txt", 0, "opencv-python", why, Size(10**6, "wheel"))
    run = checked(findings_sarif((finding,)))
    assert uris(run) == {"a%20b/%FF%0A%23%3F.txt"}


def test_an_app_with_findings(tmp_path: Path) -> None:
    answer = engine("doctor", plant(tmp_path, {**HEALTHY, **SICK}), "--sarif")
    run = checked(answer.out)
    assert answer.code == 12
    assert uris(run) == PLACES
    assert {result["level"] for result in run["results"]} == {"error", "warning"}


def test_places_are_from_the_repositorys_root(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    app = plant(tmp_path / "services/api 1", {**HEALTHY, **SICK})
    run = checked(engine("doctor", app, "--sarif").out)
    assert uris(run) == {f"services/api%201/{place}" for place in PLACES}

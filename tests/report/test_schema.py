"""report.json and its schema say the same: docs/report.schema.json."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from made_reports import FITTED, LATE, PACKED, REPORT, over_limit
from pythons import settings
from slugfit.catalog.limits import parse_limit
from slugfit.packing.outcome import Packing, Refusal
from slugfit.pipeline import dry_run, slim_tree
from slugfit.plan.decision import Group
from slugfit.proof import Returned
from slugfit.report.json_report import render_json, report_document
from slugfit.report.make import Report, make_report
from trees import distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
REPORTS = {
    "usual": REPORT,
    "a plan": replace(REPORT, action="plan"),
    "no limit": replace(REPORT, limit=parse_limit("dokku")),
    "two limits": replace(REPORT, limit=parse_limit("225Mi, 500Mi uncompressed"), verdict="over"),
    "undone": replace(REPORT, undone="It broke.", rules=(), kept=(), bytecode=None, faults=()),
    "late": replace(
        REPORT, untried=LATE, returned=(Returned(Group("a", "tests"), 3, 9, LATE[1], (4, 6)),)
    ),
    "packed": replace(REPORT, packing=Packing(PACKED, 1.52)),
    "not packed": replace(REPORT, packing=Packing(refusal=Refusal("platform", "x"))),
    "fitted": replace(REPORT, fit=FITTED),
    "over": over_limit(743_700_000, 90_000_000, chosen=False),
}


def document(report: Report) -> dict[str, Any]:
    content = json.loads(render_json(report_document(report)))
    assert isinstance(content, dict)
    return content


def unknown(value: object, schema: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Keys of ``value`` that the schema does not describe."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        schema = schema["anyOf"][0]
    if isinstance(value, dict) and "properties" in schema:
        for key, item in value.items():
            if key in schema["properties"]:
                yield from unknown(item, schema["properties"][key], f"{where}.{key}")
            else:
                yield f"{where}.{key}"
    elif isinstance(value, list):
        for item in value:
            yield from unknown(item, schema["items"], where)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_as_the_schema_says(name: str) -> None:
    made = document(REPORTS[name])
    VALIDATOR.validate(made)
    assert list(unknown(made, SCHEMA)) == []


def test_a_real_run_is_as_the_schema_says(tmp_path: Path) -> None:
    site = distribution("lib", "1.0", {"lib.py": "", "lib/tests/test_it.py": "import pytest\n"})
    root = plant(tmp_path, {**slug(site), "app.py": "import lib\n", "Procfile": "web: x\n"})
    config = settings(LEVEL="unused", WORTH="0", VERIFY="off", PACK="on")
    for made in (
        make_report(dry_run(root, config), config, action="plan"),
        make_report(slim_tree(root, config), config),
    ):
        VALIDATOR.validate(document(made))
        assert list(unknown(document(made), SCHEMA)) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", 2),
        ("action", "guess"),
        ("before", {"compressed": 1}),
        ("before", {"compressed": -1, "uncompressed": 1}),
        ("verdict", None),
        ("distributions", {}),
        ("seconds", {"plan": "long"}),
    ],
)
def test_what_is_not_a_report_is_refused(key: str, value: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({**document(REPORT), key: value})


@pytest.mark.parametrize("key", sorted(SCHEMA["required"]))
def test_each_key_of_a_report_is_required(key: str) -> None:
    made = document(REPORT)
    del made[key]
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(made)

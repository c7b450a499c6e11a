"""[[tool.slugfit.models]]: what is accepted, and that everything wrong is told at once."""

from __future__ import annotations

import json
import sys

import pytest

from slugfit.base.errors import Exit, UsageError
from slugfit.base.toml import slugfit_table, slugfit_table_by_hand
from slugfit.models.keys import MODEL_KEYS, MODELS_TABLE, RESERVED_FOLDERS, model_lines
from slugfit.models.wanted import WantedModel
from slugfit.settings.config import read_config

HASH = "0123456789abcdef" * 4
CANARY = "c4n4ry"
GOOD: dict[str, object] = {
    "url": "https://models.example/detector.onnx",
    "sha256": HASH,
    "path": "models/detector.onnx",
}


def document(*models: dict[str, object]) -> str:
    def value(item: object) -> str:
        return json.dumps(item)

    return "".join(
        MODELS_TABLE + "\n" + "".join(f"{name} = {value(item)}\n" for name, item in model.items())
        for model in models
    )


def errors(*models: dict[str, object]) -> list[str]:
    with pytest.raises(UsageError) as caught:
        read_config({}, document(*models))
    assert caught.value.code == Exit.USAGE
    first, *told = caught.value.what.split("\n")
    assert first == "Slugfit's configuration has errors:"
    return told


def test_a_model_is_an_order_with_defaults() -> None:
    (order,) = read_config({}, document(GOOD)).models
    assert order == WantedModel(
        path="models/detector.onnx",
        url="https://models.example/detector.onnx",
        sha256=HASH,
        when="build",
        token="",
        required=True,
    )


def test_without_models_there_are_none() -> None:
    assert read_config({}, "[tool.slugfit]\nlevel = 'measure'\n").models == ()
    assert read_config({}).models == ()


def test_models_and_settings_stand_side_by_side() -> None:
    text = "[tool.slugfit]\nlimit = '500M'\n" + document(GOOD, GOOD | {"path": "b"})
    found = read_config({}, text)
    assert [order.path for order in found.models] == ["models/detector.onnx", "b"]
    assert found.limit.bounds[0].size == 500_000_000


# A key, a value of it that is accepted, and what it becomes.
ACCEPTED = [
    ("url", "http://models.example:8080/a?x=1#y", None),
    ("url", "https://me:word@models.example/a", None),
    ("url", "https://[::1]:80/a", None),
    ("url", "file:///mnt/models/a", None),
    ("sha256", HASH.upper(), HASH),
    ("path", "a", None),
    ("path", "a b/ü.pt", None),
    ("path", "..a/b..", None),
    ("path", ".heroku2/a", None),
    ("path", "models/.heroku/a", None),
    ("when", "boot", None),
    ("token", "HF_TOKEN", None),
    ("required", False, None),
]


@pytest.mark.parametrize(("key", "value", "becomes"), ACCEPTED)
def test_what_is_accepted(key: str, value: object, becomes: object) -> None:
    (order,) = read_config({}, document(GOOD | {key: value})).models
    assert getattr(order, key) == (value if becomes is None else becomes)


WRONG = [
    ("url", "models.example/a"),
    ("url", "ftp://models.example/a"),
    ("url", "s3://bucket/a"),
    ("url", "https:///a"),
    ("url", "https://models.example"),
    ("url", "https://models.example/a b"),
    ("url", "https://models.example/ü"),
    ("url", "https://models.example:port/a"),
    ("url", "https://[models.example/a"),
    ("url", "https://models.example/a\n"),
    ("url", 5),
    ("sha256", HASH[:-1]),
    ("sha256", HASH + "0"),
    ("sha256", "g" * 64),
    ("sha256", 10**63),
    ("path", "/etc/passwd"),
    ("path", "../a"),
    ("path", "a/../../b"),
    ("path", "a/./b"),
    ("path", "a//b"),
    ("path", "a/"),
    ("path", ""),
    ("path", "."),
    ("path", 5),
    *(("path", f"{folder}/a") for folder in RESERVED_FOLDERS),
    ("path", ".heroku"),
    ("when", "Boot"),
    ("when", "runtime"),
    ("when", ""),
    ("token", "HF TOKEN"),
    ("token", "hf-token"),
    ("token", True),
    ("required", "yes"),
    ("required", 1),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_what_is_not_accepted_is_told_with_what_is(key: str, value: object) -> None:
    (told,) = errors(GOOD | {key: value})
    (accepts,) = (item.accepts for item in MODEL_KEYS if item.name == key)
    assert told == f"- {MODELS_TABLE} 1: {key} must be {accepts}."


def test_all_errors_in_all_models_are_told_at_once_with_the_others() -> None:
    text = "[tool.slugfit]\nlevel = 'fast'\n" + document(
        {"path": "/x", "whne": "boot"}, GOOD, GOOD | {"sha256": "", "required": "no"}
    )
    with pytest.raises(UsageError) as caught:
        read_config({"SLUGFIT_TYPO": "1"}, text)
    told = caught.value.what
    assert told.count("\n- ") == 8
    for part in (
        "SLUGFIT_LEVEL is 'fast'",
        "SLUGFIT_TYPO is not a setting",
        f"{MODELS_TABLE} 1: whne is not a key of a model; keys: url, sha256, path, when, token, ",
        f"{MODELS_TABLE} 1: url is missing: an address",
        f"{MODELS_TABLE} 1: sha256 is missing: the file's SHA-256, 64 hexadecimal digits",
        f"{MODELS_TABLE} 1: path must be a path from the app's root",
        f"{MODELS_TABLE} 3: sha256 must be",
        f"{MODELS_TABLE} 3: required must be true or false.",
    ):
        assert part in told


def test_two_models_of_one_path_are_told() -> None:
    assert errors(GOOD, GOOD | {"path": "b"}, GOOD) == [
        f"- {MODELS_TABLE} 3: path is 'models/detector.onnx', as of number 1."
    ]


def test_a_model_cannot_lie_in_another_one() -> None:
    assert errors(GOOD, GOOD | {"path": "models"}) == [
        f"- {MODELS_TABLE} 1: path is below 'models', the file of number 2."
    ]
    assert read_config({}, document(GOOD, GOOD | {"path": "model"})).models


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://models.example/a", True),
        ("http://127.0.0.1:8000/a", True),
        ("http://localhost/a", True),
        ("http://models.example/a", False),
        ("http://127.0.0.1.models.example/a", False),
        ("file:///a", False),
    ],
)
def test_a_token_goes_over_no_open_line(url: str, fine: bool) -> None:  # noqa: FBT001
    model = GOOD | {"url": url, "token": "HF_TOKEN"}
    if fine:
        assert read_config({}, document(model)).models
    else:
        assert errors(model) == [
            f"- {MODELS_TABLE} 1: a token is only sent to an https:// address."
        ]


@pytest.mark.parametrize("text", ["models = 5", "models = ['a']", "models = 'a'"])
def test_models_are_tables(text: str) -> None:
    with pytest.raises(UsageError, match=r"models must be tables: \[\[tool\.slugfit\.models\]\]"):
        read_config({}, "[tool.slugfit]\n" + text)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="this Python reads no TOML itself")
def test_one_table_is_no_list_of_them() -> None:
    with pytest.raises(UsageError, match="models must be tables"):
        read_config({}, "[tool.slugfit.models]\nurl = 'a'")


def test_no_error_repeats_an_address() -> None:
    for url in (f"https://me:{CANARY}@h:x/a", f"{CANARY}", f"ftp://me:{CANARY}@h/a?{CANARY}"):
        assert CANARY not in "".join(errors(GOOD | {"url": url, "sha256": "x", CANARY[:3]: "y"}))


def test_the_lines_that_are_advised_are_accepted() -> None:
    for path in ("models/a b.onnx", 'a"b', "ü\\.pt"):
        text = model_lines(path, HASH)
        (order,) = read_config({}, text).models
        assert (order.path, order.sha256, order.when) == (path, HASH, "boot")
        assert slugfit_table_by_hand(text) == slugfit_table(text)

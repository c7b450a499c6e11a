"""[[tool.slugfit.models]]: what is accepted, and that everything wrong is told at once."""

from __future__ import annotations

import json
import sys

import pytest

from slugfit import toml
from slugfit.config import from_environment
from slugfit.errors import Exit, UsageError
from slugfit.models.keys import KEYS, RESERVED, TABLE, lines
from slugfit.models.orders import Order

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
        TABLE + "\n" + "".join(f"{name} = {value(item)}\n" for name, item in model.items())
        for model in models
    )


def errors(*models: dict[str, object]) -> list[str]:
    with pytest.raises(UsageError) as caught:
        from_environment({}, document(*models))
    assert caught.value.code == Exit.USAGE
    first, *told = caught.value.what.split("\n")
    assert first == "Slugfit's configuration has errors:"
    return told


def test_a_model_is_an_order_with_defaults() -> None:
    (order,) = from_environment({}, document(GOOD)).models
    assert order == Order(
        path="models/detector.onnx",
        url="https://models.example/detector.onnx",
        sha256=HASH,
        when="build",
        token="",
        required=True,
    )


def test_without_models_there_are_none() -> None:
    assert from_environment({}, "[tool.slugfit]\nlevel = 'measure'\n").models == ()
    assert from_environment({}).models == ()


def test_models_and_settings_stand_side_by_side() -> None:
    text = "[tool.slugfit]\nlimit = '500M'\n" + document(GOOD, GOOD | {"path": "b"})
    found = from_environment({}, text)
    assert [order.path for order in found.models] == ["models/detector.onnx", "b"]
    assert found.limit.size == 500_000_000


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
    (order,) = from_environment({}, document(GOOD | {key: value})).models
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
    *(("path", f"{folder}/a") for folder in RESERVED),
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
    (accepts,) = (item.accepts for item in KEYS if item.name == key)
    assert told == f"- {TABLE} 1: {key} must be {accepts}."


def test_all_errors_in_all_models_are_told_at_once_with_the_others() -> None:
    text = "[tool.slugfit]\nlevel = 'fast'\n" + document(
        {"path": "/x", "whne": "boot"}, GOOD, GOOD | {"sha256": "", "required": "no"}
    )
    with pytest.raises(UsageError) as caught:
        from_environment({"SLUGFIT_TYPO": "1"}, text)
    told = caught.value.what
    assert told.count("\n- ") == 8
    for part in (
        "SLUGFIT_LEVEL is 'fast'",
        "SLUGFIT_TYPO is not a setting",
        f"{TABLE} 1: whne is no key of a model; keys: url, sha256, path, when, token, required.",
        f"{TABLE} 1: url is missing: an address",
        f"{TABLE} 1: sha256 is missing: the file's SHA-256, 64 hexadecimal digits",
        f"{TABLE} 1: path must be a path from the app's root",
        f"{TABLE} 3: sha256 must be",
        f"{TABLE} 3: required must be true or false.",
    ):
        assert part in told


def test_two_models_of_one_path_are_told() -> None:
    assert errors(GOOD, GOOD | {"path": "b"}, GOOD) == [
        f"- {TABLE} 3: path is 'models/detector.onnx', as of number 1."
    ]


def test_a_model_cannot_lie_in_another_one() -> None:
    assert errors(GOOD, GOOD | {"path": "models"}) == [
        f"- {TABLE} 1: path is below 'models', the file of number 2."
    ]
    assert from_environment({}, document(GOOD, GOOD | {"path": "model"})).models


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
        assert from_environment({}, document(model)).models
    else:
        assert errors(model) == [f"- {TABLE} 1: a token is only sent to an https:// address."]


@pytest.mark.parametrize("text", ["models = 5", "models = ['a']", "models = 'a'"])
def test_models_are_tables(text: str) -> None:
    with pytest.raises(UsageError, match=r"models must be tables: \[\[tool\.slugfit\.models\]\]"):
        from_environment({}, "[tool.slugfit]\n" + text)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="this Python reads no TOML itself")
def test_one_table_is_no_list_of_them() -> None:
    with pytest.raises(UsageError, match="models must be tables"):
        from_environment({}, "[tool.slugfit.models]\nurl = 'a'")


def test_no_error_repeats_an_address() -> None:
    for url in (f"https://me:{CANARY}@h:x/a", f"{CANARY}", f"ftp://me:{CANARY}@h/a?{CANARY}"):
        assert CANARY not in "".join(errors(GOOD | {"url": url, "sha256": "x", CANARY[:3]: "y"}))


def test_the_lines_that_are_advised_are_accepted() -> None:
    for path in ("models/a b.onnx", 'a"b', "ü\\.pt"):
        text = lines(path, HASH)
        (order,) = from_environment({}, text).models
        assert (order.path, order.sha256, order.when) == (path, HASH, "boot")
        assert toml.by_hand(text) == toml.table(text)

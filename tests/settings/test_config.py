from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from slugfit.base.errors import Exit, UsageError
from slugfit.catalog.limits import LIMITS
from slugfit.catalog.rules import RULES
from slugfit.settings.config import Config, read_config, read_pyproject
from slugfit.settings.config_vars import ConfigVars
from slugfit.settings.options import OPTIONS, SETTING_PREFIX, Option
from trees import Folder, Link, plant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


HEAD = "[tool.slugfit]\n"
CANARY = "canary-7f3a"
READS_TOML = sys.version_info >= (3, 11)


def errors(environment: Mapping[str, str], project: str | None = None) -> list[str]:
    """The lines of the one error that tells all errors."""
    with pytest.raises(UsageError) as caught:
        read_config(environment, project)
    assert caught.value.code == Exit.USAGE
    assert caught.value.todo
    first, *lines = caught.value.what.split("\n")
    assert first == "Slugfit's configuration has errors:"
    return lines


def test_without_settings_everything_has_its_default() -> None:
    found = read_config({"SLUGFIT_WORTH": "50K"})  # the tests' own default is 0
    assert found == Config(
        level="standard",
        limit=LIMITS[0],
        over_limit="warn",
        bytecode="boot",
        pack="off",
        verify="imports",
        smoke="",
        keep=(),
        remove=(),
        rules_off=(),
        worth=50_000,
        locales=(),
        compiles=False,
        strict=False,
        build_minutes=15,
        report="",
        requirements="",
        torch="",
        upstream="",
    )
    assert read_config(dict.fromkeys((SETTING_PREFIX + item.name for item in OPTIONS), "")) == (
        read_config(dict.fromkeys((SETTING_PREFIX + item.name for item in OPTIONS), " \n"))
    )


# A setting, its text, the field and what it becomes.
SETTINGS = [
    ("LEVEL", "measure", "level", "measure"),
    ("LEVEL", " MEASURE\n", "level", "measure"),
    ("OVER_LIMIT", "Fail", "over_limit", "fail"),
    ("BYTECODE", "keep", "bytecode", "keep"),
    ("VERIFY", "off", "verify", "off"),
    ("KEEP", "a\nb/*.c\n\n  d  ", "keep", ("a", "b/*.c", "d")),
    ("KEEP", "a, b,c", "keep", ("a", "b", "c")),
    ("REMOVE", "*.onnx", "remove", ("*.onnx",)),
    ("RULES_OFF", "tests docs,stubs", "rules_off", ("tests", "docs", "stubs")),
    ("LOCALES", "de", "locales", ("de",)),
    (
        "LOCALES",
        "en, pt_BR zh-Hant-TW\nsr@latin",
        "locales",
        ("en", "pt_BR", "zh-Hant-TW", "sr@latin"),
    ),
    ("COMPILES", "1", "compiles", True),
    ("WORTH", "0", "worth", 0),
    ("WORTH", "2Ki", "worth", 2048),
    ("REPORT", "/some/folder", "report", "/some/folder"),
    ("UPSTREAM", "https://h/x#ref", "upstream", "https://h/x#ref"),
    *(("STRICT", text, "strict", True) for text in ("1", "true", "YES", "on")),
    *(("STRICT", text, "strict", False) for text in ("", "0", "False", "no", "OFF")),
]


@pytest.mark.parametrize(("name", "text", "field", "value"), SETTINGS)
def test_a_config_var_sets_one_thing(name: str, text: str, field: str, value: object) -> None:
    found = read_config({SETTING_PREFIX + name: text})
    assert getattr(found, field) == value


def test_a_limit_is_a_platform_or_a_size() -> None:
    assert read_config({"SLUGFIT_LIMIT": "Lambda"}).limit.measure == "uncompressed"
    assert read_config({"SLUGFIT_LIMIT": "500M"}).limit.bounds[0].size == 500_000_000


@pytest.mark.parametrize(
    ("variables", "project", "expected"),
    [
        ({}, "", ("standard", "boot", "off")),
        ({"LEVEL": "auto"}, "", ("auto", "auto", "auto")),
        ({"LEVEL": " AUTO "}, "", ("auto", "auto", "auto")),
        ({"LEVEL": "unused"}, "", ("unused", "boot", "off")),
        ({}, "level = 'auto'", ("auto", "auto", "auto")),
        ({"LEVEL": "standard"}, "level = 'auto'", ("standard", "boot", "off")),
        ({"LEVEL": "auto", "BYTECODE": "boot"}, "", ("auto", "boot", "auto")),
        ({"LEVEL": "auto", "PACK": "off"}, "", ("auto", "auto", "off")),
        ({"LEVEL": "auto", "PACK": ""}, "", ("auto", "auto", "auto")),
        ({"LEVEL": "auto"}, "pack = 'on'", ("auto", "auto", "on")),
        ({"PACK": "auto"}, "", ("standard", "boot", "auto")),
    ],
)
def test_a_level_has_defaults_of_its_own(
    variables: dict[str, str], project: str, expected: tuple[str, str, str]
) -> None:
    environment = {SETTING_PREFIX + name: value for name, value in variables.items()}
    found = read_config(environment, HEAD + project)
    assert (found.level, found.bytecode, found.pack) == expected


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_is_a_field_and_its_default_is_accepted(option: Option) -> None:
    assert hasattr(read_config({SETTING_PREFIX + option.name: option.default}), option.name.lower())
    assert option.does
    assert option.accepts


WRONG = {
    "LOCALES": ("de, german, xx", "'de, german, xx'", "not german, xx"),
    "LEVEL": ("fast", "'fast'", "standard, unused, auto, measure"),
    "LIMIT": ("huge", "'huge'", "heroku, heroku-2025, scalingo"),
    "OVER_LIMIT": ("stop", "'stop'", "warn, fail"),
    "BYTECODE": ("some", "'some'", "boot, auto, strip, strip-all, keep"),
    "VERIFY": ("yes", "'yes'", "imports, off"),
    "KEEP": ("a\n!b", "'a\\n!b'", "patterns"),
    "REMOVE": ("!b", "'!b'", "patterns"),
    "RULES_OFF": ("tests bogus", "'tests bogus'", ", ".join(rule.name for rule in RULES)),
    "WORTH": ("little", "'little'", "a size"),
    "COMPILES": ("perhaps", "'perhaps'", "0, 1"),
    "STRICT": ("perhaps", "'perhaps'", "0, 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_told_with_the_right_ones(name: str) -> None:
    value, shown, accepted = WRONG[name]
    (line,) = errors({SETTING_PREFIX + name: value})
    assert line.startswith(f"- SLUGFIT_{name} is {shown}; it accepts ")
    assert accepted in line


def test_all_errors_are_told_at_once() -> None:
    wrong = {SETTING_PREFIX + name: value for name, (value, *_) in WRONG.items()}
    project = HEAD + "levle = 1\nkeep = {a = 1}\n" if READS_TOML else HEAD + "levle = 1\n"
    lines = errors({**wrong, "SLUGFIT_LEVLE": "x"}, project)
    for name in (*(f"SLUGFIT_{name} is" for name in WRONG), "SLUGFIT_LEVLE is not", "] levle is"):
        assert sum(name in line for line in lines) == 1
    assert len(lines) == len(WRONG) + 2 + READS_TOML


def test_a_name_that_is_no_setting_is_told_with_those_that_are() -> None:
    (line,) = errors({"SLUGFIT_LEVLE": CANARY})
    assert line.startswith("- SLUGFIT_LEVLE is not a setting of Slugfit. Settings: SLUGFIT_LEVEL, ")
    assert all(SETTING_PREFIX + option.name in line for option in OPTIONS)
    (line,) = errors({}, HEAD + f"levle = '{CANARY}'")
    assert line.startswith("- [tool.slugfit] levle is not a setting. Settings: level, limit, ")


@pytest.mark.parametrize(
    "project",
    [
        None,
        HEAD + f"upstream = 'https://u:{CANARY}@h'\nlevel = 'x'",
        HEAD + f"upstream = '{CANARY}\n",
    ],
    ids=["config vars", "pyproject.toml", "a malformed pyproject.toml"],
)
def test_no_error_repeats_a_secret(project: str | None) -> None:
    environment = {
        "SLUGFIT_UPSTREAM": f"https://me:{CANARY}@host/x",
        "SLUGFIT_LEVEL": "wrong",
        "SLUGFIT_TOKEN": CANARY,
        "SECRET_KEY": CANARY,
    }
    if project:
        del environment["SLUGFIT_UPSTREAM"]
    with pytest.raises(UsageError) as caught:
        read_config(environment, project)
    error = caught.value
    assert CANARY not in f"{error.what} {error.why} {error.todo} {error!r}"


# A table of pyproject.toml, the field and what it becomes.
PROJECTS: dict[str, tuple[str, str, object]] = {
    "text": ("level = 'measure'", "level", "measure"),
    "a list": ("keep = ['a', '*.b']", "keep", ("a", "*.b")),
    "patterns as text": ("keep = 'a'", "keep", ("a",)),
    "a list of rules": ("rules_off = ['tests', 'docs']", "rules_off", ("tests", "docs")),
    "a hyphen": ("over-limit = 'fail'", "over_limit", "fail"),
    "an underscore": ("over_limit = 'fail'", "over_limit", "fail"),
    "a boolean": ("strict = true", "strict", True),
    "the other boolean": ("strict = false", "strict", False),
    "a number": ("strict = 1", "strict", True),
    "nothing": ("", "level", "standard"),
}


@pytest.mark.parametrize(("text", "field", "value"), PROJECTS.values(), ids=PROJECTS)
def test_pyproject_sets_the_same(text: str, field: str, value: object) -> None:
    assert getattr(read_config({}, HEAD + text), field) == value


def test_a_size_may_be_a_number() -> None:
    assert read_config({}, HEAD + "limit = 1000000").limit.bounds[0].size == 1_000_000


def test_the_config_var_wins_over_pyproject() -> None:
    project = HEAD + "level = 'measure'\nbytecode = 'keep'\nverify = 'nonsense'"
    found = read_config({"SLUGFIT_LEVEL": "standard", "SLUGFIT_VERIFY": "off"}, project)
    assert (found.level, found.bytecode, found.verify) == ("standard", "keep", "off")
    assert read_config({"SLUGFIT_LEVEL": "", "SLUGFIT_VERIFY": ""}, project).level == "standard"


@pytest.mark.parametrize("text", ["level", "level = ", "x = [", "level = 'a"])
def test_a_pyproject_that_is_not_toml_is_one_error_of_all(text: str) -> None:
    first, second = errors({"SLUGFIT_LEVEL": "x"}, HEAD + text)
    assert first.startswith("- pyproject.toml cannot be read: ")
    assert second.startswith("- SLUGFIT_LEVEL is 'x'")


def test_config_vars_are_read_from_their_folder(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "SLUGFIT_LEVEL": "measure\n",
            "SLUGFIT_KEEP": "a\nb\n\n",
            "SLUGFIT_REPORT": "",
            "SECRET_KEY": CANARY,
            "BINARY": b"\xff",
            "nested/SLUGFIT_X": "x",
        },
    )
    config_vars = ConfigVars(tmp_path)
    assert config_vars.settings() == {
        "SLUGFIT_KEEP": "a\nb\n",
        "SLUGFIT_LEVEL": "measure",
        "SLUGFIT_REPORT": "",
    }
    assert config_vars.names == set(os.listdir(tmp_path))
    assert CANARY not in repr(config_vars)
    assert ConfigVars(tmp_path / "missing").settings() == {}


def test_config_vars_that_cannot_be_read_are_told_all_at_once(tmp_path: Path) -> None:
    plant(tmp_path, {"SLUGFIT_KEEP/x": "", "SLUGFIT_LEVEL": b"\xff" + CANARY.encode()})
    (tmp_path / "SLUGFIT_UPSTREAM").symlink_to("SLUGFIT_UPSTREAM")
    with pytest.raises(UsageError) as caught:
        ConfigVars(tmp_path).settings()
    assert caught.value.what.split("\n") == [
        "The config var SLUGFIT_KEEP cannot be read.",
        "The config var SLUGFIT_LEVEL is not UTF-8 text.",
        "The config var SLUGFIT_UPSTREAM cannot be read.",
    ]


def test_one_value_is_read_as_text(tmp_path: Path) -> None:
    plant(tmp_path, {"A": "x\n", "B": b"\xff", "C": Folder()})
    config_vars = ConfigVars(tmp_path, environment={"D": "x"}, given={"E": "y"})
    assert [config_vars.value(name) for name in "ABCDE"] == ["x", "", "", "", "y"]


def test_programs_get_what_the_platform_gives_them(tmp_path: Path) -> None:
    plant(tmp_path, {"A": "x\n", "B": b"\xff", "PATH": "/bin", "LD_PRELOAD": "x"})
    assert ConfigVars(tmp_path).for_programs() == {"A": "x"}
    assert ConfigVars(environment={"A": "x"}).for_programs() == {}
    assert ConfigVars(environment={"A": "x"}).secrets() == {"A": "x"}


def test_the_command_line_wins_over_config_vars() -> None:
    environment = {"SLUGFIT_LEVEL": "standard", "SLUGFIT_KEEP": "a", "OTHER": "x"}
    config_vars = ConfigVars(environment=environment, given={"SLUGFIT_LEVEL": "measure"})
    assert config_vars.settings() == {"SLUGFIT_LEVEL": "measure", "SLUGFIT_KEEP": "a"}
    assert config_vars.names == {"SLUGFIT_LEVEL", "SLUGFIT_KEEP", "OTHER"}


def test_pyproject_is_read_if_there_is_one(tmp_path: Path) -> None:
    assert read_pyproject(tmp_path) is None
    plant(tmp_path, {"pyproject.toml": "é"})
    assert read_pyproject(tmp_path) == "é"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_pyproject_is_read_as_editors_write_it(tmp_path: Path, encoding: str) -> None:
    text = '[tool.slugfit]\r\nlevel = "measure"\r\n'
    plant(tmp_path, {"pyproject.toml": text.encode(encoding)})
    assert read_config({}, read_pyproject(tmp_path)).level == "measure"


@pytest.mark.parametrize("content", [b"\xff", Link("pyproject.toml")], ids=["bytes", "a loop"])
def test_a_pyproject_that_cannot_be_read_is_an_error(tmp_path: Path, content: bytes | Link) -> None:
    plant(tmp_path, {"pyproject.toml": content})
    with pytest.raises(UsageError, match=r"pyproject\.toml cannot be read as UTF-8 text"):
        read_pyproject(tmp_path)


def test_a_rule_that_is_misspelt_is_told_with_the_one_that_is_meant() -> None:
    with pytest.raises(UsageError, match=r"\(test -> tests; stub -> stubs\?\)"):
        read_config({"SLUGFIT_RULES_OFF": "test docs stub zzz"})


def test_the_environment_of_this_process_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SLUGFIT_LEVEL", "measure")
    assert read_config({}).level == "standard"

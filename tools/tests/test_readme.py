"""What README and docs say is what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import readme
from slugfit.base.errors import Exit
from slugfit.settings.config import read_config
from slugfit.settings.options import OPTIONS, SETTING_PREFIX

if TYPE_CHECKING:
    from pathlib import Path


TEXT = readme.README.read_text("utf-8")
DOCUMENTS = (readme.README, *sorted((readme.ROOT / "docs").glob("*.md")))
CODE = re.compile(r"^```\w*\n(.*?)^```|`([^`\n]+)`", re.DOTALL | re.MULTILINE)
CALL = re.compile(r"(?<![\w-])slugfit(?:\.pyz)? ([a-z][a-z-]+)([^\n`|&]*)")
"""In code: the command line, as a program, a file or a module."""


def called(document: Path) -> dict[str, set[str]]:
    """The commands that a document shows, and the options of each."""
    found: dict[str, set[str]] = {}
    for block, inline in CODE.findall(document.read_text("utf-8")):
        code = re.sub(r"^(#|COPY ).*", "", block or inline, flags=re.MULTILINE)
        for verb, rest in CALL.findall(code):
            options = re.findall(r"--[a-z-]+", rest.partition(" #")[0])
            found.setdefault(verb, set()).update(options)
    return found


def help_of(*verb: str) -> str:
    command = [sys.executable, "-I", "-S", "-B", str(readme.ROOT / "lib/slugfit"), *verb, "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("document", readme.FILLED, ids=lambda file: file.stem)
def test_its_tables_are_those_of_the_code(document: Path) -> None:
    text = document.read_text("utf-8")
    assert readme.filled(text) == text, "run `python tools/readme.py`"


def test_it_lists_every_exit_code() -> None:
    listed = {int(code) for code in re.findall(r"`(\d+)` [a-z`]", TEXT)}
    assert listed == {int(code) for code in Exit}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.stem)
def test_every_setting_it_names_exists(document: Path) -> None:
    known = {SETTING_PREFIX + option.name for option in OPTIONS}
    assert set(re.findall(r"SLUGFIT_[A-Z_]*[A-Z]", document.read_text("utf-8"))) <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.stem)
def test_every_command_it_shows_is_one_and_has_these_options(document: Path) -> None:
    listed = set(re.findall(r"^    ([a-z-]+)(?:  |$)", help_of(), re.MULTILINE))
    shown = called(document)
    assert set(shown) <= listed
    for verb, options in shown.items():
        assert options <= set(re.findall(r"--[a-z-]+", help_of(verb))), verb


def anchors(document: Path) -> set[str]:
    """As GitHub makes them: https://docs.github.com/en/get-started/writing-on-github."""
    text = re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", [*DOCUMENTS, readme.CONTRIBUTING], ids=lambda file: file.stem)
def test_every_link_within_the_repository_leads_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", document.read_text("utf-8")):
        file, _, anchor = link.partition("#")
        target = document.parent / file if file else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_commands_are_found_where_they_are_shown() -> None:
    assert {"build", "slim", "install-hook"} <= set(called(readme.README))
    assert {"slim", "single-file", "models"} <= set(called(readme.PLATFORMS))


def test_its_example_of_a_model_is_accepted() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    (order,) = read_config({}, example).models
    assert (order.when, order.token, order.required) == ("boot", "HF_TOKEN", True)

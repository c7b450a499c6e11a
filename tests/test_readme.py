"""What the README says is what the code does."""

from __future__ import annotations

import re
import subprocess
import sys

import readme
from slugfit.config import from_environment
from slugfit.errors import Exit
from slugfit.options import OPTIONS, PREFIX

TEXT = readme.README.read_text("utf-8")


def test_its_tables_are_those_of_the_code() -> None:
    assert readme.filled(TEXT) == TEXT, "run `python tests/readme.py`"


def test_it_lists_every_exit_code() -> None:
    listed = {int(code) for code in re.findall(r"`(\d+)` [a-z]", TEXT)}
    assert listed == {int(code) for code in Exit}


def test_every_setting_it_names_exists() -> None:
    known = {PREFIX + option.name for option in OPTIONS}
    assert set(re.findall(r"SLUGFIT_[A-Z_]*[A-Z]", TEXT)) <= known


def test_every_command_it_shows_is_one() -> None:
    command = [sys.executable, "-I", "-S", "-B", str(readme.ROOT / "lib/slugfit"), "--help"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    listed = set(re.findall(r"^    ([a-z-]+)(?:  |$)", text, re.MULTILINE))
    shown = set(re.findall(r"bin/slugfit ([a-z-]+)", TEXT))
    assert shown
    assert shown <= listed


def test_its_example_of_a_model_is_accepted() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    (order,) = from_environment({}, example).models
    assert (order.when, order.token, order.required) == ("boot", "HF_TOKEN", True)

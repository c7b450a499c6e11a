"""Lock files as doctor sees them: what is deployed, where it stands, and what its wheel weighs."""

from __future__ import annotations

from pathlib import Path

import pytest

from slugfit.doctor.lock_reading import parse_lock
from slugfit.forecast.target import Target

LOCKS = Path(__file__).parent.parent / "forecast/locks"
TARGET = Target((3, 12), "x86_64", (2, 39), "heroku-24")

UV = """version = 1
[[package]]
name = "Demo"
source = { virtual = "." }
dependencies = [{ name = "fast-lib" }, { name = "winlib", marker = "sys_platform == 'win32'" }]

[[package]]
name = "fast-lib"
version = "2.0"
wheels = [
    { url = "https://files.example/fast_lib-2.0-cp311-cp311-linux_x86_64.whl", size = 900 },
    { url = "https://files.example/fast_lib-2.0-cp312-cp312-linux_x86_64.whl", size = 700 },
    { url = "https://files.example/fast_lib-2.0-cp312-cp312-win_amd64.whl", size = 950 },
]

[[package]]
name = "winlib"
version = "1.0"
"""


@pytest.mark.parametrize("name", ["poetry.lock", "pylock.toml", "Pipfile.lock", "uv.lock"])
def test_each_package_is_found_in_the_text(name: str) -> None:
    text = (LOCKS / name).read_text()
    lines = text.splitlines()
    found = parse_lock(name, text, TARGET).packages
    assert "flask" in {item.name for item in found}
    for item in found:
        assert item.name in lines[item.line - 1].lower()


@pytest.mark.parametrize(
    ("python", "size"),
    [((3, 12), 700), ((3, 11), 900), ((3, 13), 700)],
    ids=["its own wheel", "another's own wheel", "only wheels of others: the newest of them"],
)
def test_the_wheel_that_fits_is_weighed(python: tuple[int, int], size: int) -> None:
    target = Target(python, "x86_64", (2, 39), "heroku-24")
    (package,) = parse_lock("uv.lock", UV, target).packages
    assert (package.name, package.version, package.line, package.size) == (
        *("fast-lib", "2.0", 8, size),
    )


def test_two_versions_of_a_name_stand_on_two_lines() -> None:
    text = UV.replace(
        "dependencies = [{ name",
        "dependencies = [{ name = 'fast-lib', version = '3.0' }, { name",
    ).replace('{ name = "fast-lib" }', '{ name = "fast-lib", version = "2.0" }')
    text += '\n[[package]]\nname = "fast-lib"\nversion = "3.0"\n'
    found = parse_lock("uv.lock", text, TARGET).packages
    lines = text.splitlines()
    assert {(item.version, lines[item.line]) for item in found} == {
        ("2.0", 'version = "2.0"'),
        ("3.0", 'version = "3.0"'),
    }


PDM = """[metadata]
groups = ["default", "dev"]

[[package]]
name = "Flask"
version = "3.1.2"
groups = ["default"]
files = [{file = "flask-3.1.2-py3-none-any.whl", hash = "sha256:0f"}]

[[package]]
name = "pytest"
version = "9.0"
groups = ["dev"]
"""


def test_pdms_default_group_is_deployed() -> None:
    (package,) = parse_lock("pdm.lock", PDM, TARGET).packages
    assert (package.name, package.version, package.line) == ("flask", "3.1.2", 5)


@pytest.mark.parametrize("name", ["poetry.lock", "pylock.toml", "Pipfile.lock", "uv.lock"])
def test_a_cut_or_odd_lock_has_no_packages(name: str) -> None:
    text = (LOCKS / name).read_text()
    cut = [text[: len(text) * part // 7] for part in range(7)]
    conflict = text.replace("\n", "\n<<<<<<< HEAD\n", 1)
    odd = ["", "[]", "null", "\0", "1", '{"default": 1}', '{"default": {"a": 1}}', "package = 1"]
    odd += ['lock-version = "1.0"\ndefault-groups = 1', "[[package]]\ngroups = 1\nname = 2"]
    odd += ["[extras]\na = 1", "[[package]]\nmarkers = 'x'", '{"default": {"a": {"hashes": 1}}}']
    for damaged in (*cut, conflict, *odd):
        parse_lock(name, damaged, TARGET)
    assert parse_lock(name, conflict, TARGET).packages == ()

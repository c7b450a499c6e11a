from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slugfit.plan.make import make_plan
from slugfit.scan.loose_code import python_snippets
from slugfit.settings.config import read_config
from trees import SITE, Content, Link, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COMMANDS = {
    "double quotes": ('python -c "import a; a.run()"', ["import a; a.run()"]),
    "single quotes": ("python3 -c 'import a'", ["import a"]),
    "a version and a path": ("/app/.heroku/python/bin/python3.11 -c 'import a'", ["import a"]),
    "after flags": ("python -u -X dev -W ignore -c 'import a' x", ["import a"]),
    "among flags": ("python -uc 'import a'", ["import a"]),
    "without a blank": ("python -c'import a'", ["import a"]),
    "after variables and a program": ("A=1 exec env B=2 python -c 'import a'", ["import a"]),
    "several": ("python -c 'import a' && python -c 'import b'", ["import a", "import b"]),
    "in a shell": ("""sh -c "python -c 'import a'" """, ["import a"]),
    "of a module": ("python -m pkg -c 'import a'", []),
    "of a script": ("python run.py -c 'import a'", []),
    "of a server": ("gunicorn -c 'import a' app:app", []),
    "nothing after it": ("python -c", []),
    "a quote without an end": ("python -c 'import a", []),
}


@pytest.mark.parametrize(("command", "code"), COMMANDS.values(), ids=COMMANDS)
def test_code_of_a_command_is_found(command: str, code: list[str]) -> None:
    assert list(python_snippets(command)) == code


FILES: dict[str, Content] = {"pkg/__init__.py": "", "pkg/tests/mod.py": "", "other.py": ""}
CODE = "import pkg.tests.mod, other\n"
BIN = ".heroku/python/bin"

PLACES: Mapping[str, tuple[Mapping[str, Content], bool, bool]] = {
    # What it is, whether it refers, and whether its imports are the app's own.
    "a script of the app": ({"bin/worker": f"#!/usr/bin/env python\n{CODE}"}, True, True),
    "one with a version": ({"run": f"#!/usr/bin/python3.11 -u\n{CODE}"}, True, True),
    "a script of a wheel": ({f"{BIN}/work": f"#!/app/{BIN}/python\n{CODE}"}, True, False),
    "one with an ending": ({f"{BIN}/work.py": f"#!/app/{BIN}/python3\n{CODE}"}, True, False),
    "one behind a shell": (
        {f"{BIN}/work": f"#!/bin/sh\n'''exec' /long/python \"$0\" \"$@\"\n' '''\n{CODE}"},
        True,
        False,
    ),
    "a command": ({"Procfile": 'web: python -c "import pkg.tests.mod, other"\n'}, True, True),
    "a script for a shell": ({"bin/worker": f"#!/bin/sh\n{CODE}"}, False, False),
    "a file of text": ({"bin/worker": CODE}, False, False),
    "a link": ({"bin/worker": Link("gone")}, False, False),
    "a script that is not shipped": (
        {"bin/worker": f"#!/usr/bin/env python\n{CODE}", ".slugignore": "bin/\n"},
        False,
        False,
    ),
    "a script in history": ({".git/hooks/x": f"#!/usr/bin/env python\n{CODE}"}, False, False),
    "not Python": ({"bin/worker": b"#!/usr/bin/env python\n\xff\0(("}, False, False),
}


@pytest.mark.parametrize(("files", "refers", "is_own"), PLACES.values(), ids=PLACES)
def test_code_outside_of_modules_refers(
    tmp_path: Path, files: Mapping[str, Content], *, refers: bool, is_own: bool
) -> None:
    plant(tmp_path, {**slug(distribution("pkg", "1", FILES)), **files})
    made = make_plan(tmp_path, read_config({"SLUGFIT_VERIFY": "off"}))
    kept = {item.path for item in made.decisions if item.action != "remove"}
    assert (f"{SITE}/pkg/tests/mod.py" in kept) is refers
    assert made.app.imports == (("other", "pkg.tests.mod") if is_own else ())

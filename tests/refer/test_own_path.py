"""A package that puts a folder of its own on Python's path: names are relative to it from then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slugfit.plan.make import make_plan
from slugfit.settings.config import read_config
from trees import SITE, Content, Plain, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILES: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/_vendor/foo/__init__.py": "",
    "pkg/_vendor/foo/tests/__init__.py": "",
    "pkg/_vendor/foo/tests/util.py": "",
    "pkg/_vendor/foo/tests/other.py": "",
    "pkg/tests/helper.py": "",
    "pkg/tests/more.py": "",
}
FOO_INIT, UTIL = "pkg/_vendor/foo/tests/__init__.py", "pkg/_vendor/foo/tests/util.py"
HELPER = "pkg/tests/helper.py"
VENDOR = "import os, sys\nsys.path.{}(os.path.join(os.path.dirname(__file__), '_vendor'))\n"
IMPORT = "from foo.tests.util import x"

CASES: Mapping[str, tuple[Mapping[str, Content], set[str]]] = {
    "insert": (
        {"pkg/a.py": VENDOR.format("append"), "pkg/b.py": IMPORT},
        {FOO_INIT, UTIL},
    ),
    "a folder from elsewhere in the module": (
        {
            "pkg/a.py": "import sys\nHERE = __file__[:-5]\nfor name in ['_vendor', 'x']:\n"
            f"  sys.path.insert(0, HERE + '/' + name)\n{IMPORT}"
        },
        {FOO_INIT, UTIL},
    ),
    "by a slice": (
        {
            "pkg/a.py": "import sys\nsys.path[0:0] = [__path__[0] + '/_vendor', '_vendor/']\n"
            + IMPORT
        },
        {FOO_INIT, UTIL},
    ),
    "by addition": (
        {"pkg/a.py": f"import sys\nsys.path += [str(files('pkg') / '_vendor')]\n{IMPORT}"},
        {FOO_INIT, UTIL},
    ),
    "by site": (
        {"pkg/a.py": f"import site\nsite.addsitedir(join(here, '_vendor'))\n{IMPORT}"},
        {FOO_INIT, UTIL},
    ),
    "from a folder below": (
        {
            "pkg/sub/a.py": "import sys\nfrom pathlib import Path\n"
            f"sys.path.append(str(Path(__file__).parent.parent / '_vendor'))\n{IMPORT}"
        },
        {FOO_INIT, UTIL},
    ),
    "a name in a string": (
        {"pkg/a.py": VENDOR.format("append"), "pkg/b.py": "x = 'foo.tests.util'"},
        {FOO_INIT, UTIL},
    ),
    "the module's own folder": (
        {"pkg/a.py": "import sys\nsys.path.append(dirname(__file__))\nimport tests.helper"},
        {HELPER},
    ),
    "a folder that is proposed, imported from elsewhere": (
        {
            "pkg/a.py": "import sys\nsys.path.append(f'{here}/{folder}')\nfolder = 'tests'",
            "pkg/b.py": "import helper",
        },
        {HELPER},
    ),
    "a word that names a module there": (
        {
            "pkg/a.py": "import sys\nsys.path.append(f'{here}/{folder}')\nfolder = 'tests'",
            "pkg/b.py": "import_module('helper')",
        },
        {HELPER},
    ),
    # From here on: what only looks like it.
    "without an addition": ({"pkg/a.py": "x = '_vendor'\n" + IMPORT}, set()),
    "the path is only read": (
        {"pkg/a.py": f"import os, sys\nfor x in sys.path:\n  print(x, '_vendor')\n{IMPORT}"},
        set(),
    ),
    "another folder": (
        {"pkg/a.py": VENDOR.format("append").replace("_vendor", "sub"), "pkg/b.py": IMPORT},
        set(),
    ),
    "another distribution's import": (
        {"pkg/a.py": VENDOR.format("append"), "alone.py": IMPORT},
        set(),
    ),
    "another module there": (
        {"pkg/a.py": VENDOR.format("append"), "pkg/b.py": "import foo.other, foo.testsuite"},
        set(),
    ),
    "test code does it": (
        {"pkg/a.py": Plain("import pytest\n" + VENDOR.format("append")), "pkg/b.py": IMPORT},
        set(),
    ),
}


@pytest.mark.parametrize(("says", "keeps"), CASES.values(), ids=CASES)
def test_names_are_relative_to_what_a_package_puts_on_the_path(
    tmp_path: Path, says: Mapping[str, Content], keeps: set[str]
) -> None:
    own = {name: text for name, text in says.items() if name.startswith("pkg/")}
    others = {name: text for name, text in says.items() if name not in own}
    plant(tmp_path, slug({**distribution("pkg", "1", {**FILES, **own}), **others}))
    made = make_plan(tmp_path, read_config({"SLUGFIT_VERIFY": "off"}))
    kept = {item.path for item in made.decisions if item.action != "remove"}
    assert kept & {f"{SITE}/{name}" for name in FILES if "/tests/" in name} == {
        f"{SITE}/{name}" for name in keeps
    }

"""Packages that find their parts in ways of their own: after slimming each finds what it found.

``HYPOTHESIS_PROFILE=long`` looks for minutes (see strategies.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from pythons import PREFIX, real_slug, settings
from slugfit.pipeline import slim_tree
from strategies import examples
from trees import Content, Plain, distribution

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDERS = st.sampled_from(["tests", "test", "docs", "doc", "examples", "example", "plugins"])
PARTS = st.lists(
    st.sampled_from(["a", "b_test", "test_c", "conftest", "d"]), min_size=1, max_size=4, unique=True
)
SUFFIXES = st.sampled_from([".sql", ".json", ".md", ".c", ".h", ".pyi", ".cmake", ".exe", ".txt"])
HEAD = "import importlib, os, pkgutil\nhere = os.path.dirname(__file__)\n"
CODE = Plain("class Plugin:\n    'Something of its own, long enough to say what it is for.'\n")
LISTERS = (
    "[n for f, _, names in os.walk(here) for n in names]",
    "[p.name for p in __import__('pathlib').Path(here).rglob('*')]",
    "[n for f in os.scandir(here) if f.is_dir() for n in os.listdir(f)]",
    "__import__('glob').glob(here + '/**', recursive=True)",
)
"""Ways to list a package's own folders; without names, for those would be references."""


@st.composite
def listing(draw: st.DrawFn, name: str) -> dict[str, Content]:
    """A package that lists its folders for files of one kind."""
    folder, suffix, finder = draw(FOLDERS), draw(SUFFIXES), draw(st.sampled_from(LISTERS))
    kept = f"sorted(os.path.basename(n) for n in {finder} if n.endswith({suffix[::-1]!r}[::-1]))"
    source = f"{HEAD}def found():\n    return {kept}\n"
    parts: dict[str, Content] = {f"{name}/{folder}/{part}{suffix}": "x" for part in draw(PARTS)}
    return {f"{name}/__init__.py": source, **parts}


@st.composite
def modules(draw: st.DrawFn, name: str) -> dict[str, Content]:
    """A package that imports every module of a sub-package that it lists."""
    folder = draw(FOLDERS)
    source = (
        f"{HEAD}def found():\n"
        f"    place = [os.path.join(here, {folder[::-1]!r}[::-1])]\n"
        f"    names = [m.name for m in pkgutil.iter_modules(place)]\n"
        f"    package = __name__ + '.' + {folder[::-1]!r}[::-1]\n"
        f"    return sorted(importlib.import_module(package + '.' + n).Plugin.__name__"
        f" + n for n in names)\n"
    )
    parts: dict[str, Content] = {f"{name}/{folder}/{part}.py": CODE for part in draw(PARTS)}
    return {
        f"{name}/__init__.py": source,
        f"{name}/anchor.py": "import pkgutil\nx = list(pkgutil.iter_modules(__path__))\n",
        f"{name}/{folder}/__init__.py": "",
        **parts,
    }


@st.composite
def computed(draw: st.DrawFn, name: str) -> dict[str, Content]:
    """A package that opens files of one kind by names that it computes."""
    folder, suffix = draw(FOLDERS), draw(st.sampled_from([".sql", ".md", ".c", ".h", ".pyi"]))
    parts = draw(PARTS)
    source = (
        f"{HEAD}def found():\n"
        f"    folder = os.path.join(here, {folder[::-1]!r}[::-1])\n"
        f"    return [open(os.path.join(folder, n[::-1]) + {suffix!r}).read()"
        f" for n in {[part[::-1] for part in parts]!r}]\n"
    )
    files: dict[str, Content] = {f"{name}/{folder}/{part}{suffix}": part for part in parts}
    return {f"{name}/__init__.py": source, **files}


@st.composite
def named_in_data(draw: st.DrawFn, name: str) -> dict[str, Content]:
    """A package that imports the modules which a JSON file of it names."""
    folder, parts = draw(st.sampled_from(["tests", "test", "docs"])), draw(PARTS)
    names = [f"{name}.{folder}.{part}" for part in parts]
    source = (
        f"{HEAD}import json\n\ndef found():\n"
        "    names = json.load(open(os.path.join(here, 'parts.json')))\n"
        "    return [importlib.import_module(n).Plugin.__module__ for n in names]\n"
    )
    files: dict[str, Content] = {f"{name}/{folder}/{part}.py": TESTED for part in parts}
    return {
        f"{name}/__init__.py": source,
        f"{name}/parts.json": json.dumps(names),
        f"{name}/{folder}/__init__.py": "",
        **files,
    }


TESTED = Plain("import unittest\n\nclass Plugin(unittest.TestCase):\n    def test_it(self): pass\n")
"""A module with every sign of a test: only a reference keeps it."""


@st.composite
def led_to(draw: st.DrawFn, name: str) -> dict[str, Content]:
    """A package of which a sub-folder is put on sys.path, by a .pth file or by itself."""
    folder = draw(st.sampled_from(["tests", "test", "docs"]))
    modules = [f"{name}_{part}" for part in draw(PARTS)]
    by_pth = draw(st.booleans())
    add = "" if by_pth else f"import sys\nsys.path.append(os.path.join(here, {folder!r}))\n"
    imports = "".join(f"    import {module}\n" for module in modules)
    found = ", ".join(f"{module}.Plugin.__module__" for module in modules)
    source = f"{HEAD}{add}\ndef found():\n{imports}    return [{found}]\n"
    files: dict[str, Content] = {f"{name}/{folder}/{module}.py": TESTED for module in modules}
    if by_pth:
        files[f"{name}.pth"] = f"{name}/{folder}\n"
    return {f"{name}/__init__.py": source, **files}


KINDS = (listing, modules, computed, named_in_data, led_to)


@st.composite
def packages(draw: st.DrawFn) -> dict[str, dict[str, Content]]:
    """One package of each kind, by name."""
    names = [f"p{number}" for number in range(len(KINDS))]
    return {name: draw(kind(name)) for name, kind in zip(names, KINDS, strict=True)}


def found_in(root: Path, names: Mapping[str, object]) -> Mapping[str, object]:
    """What each package finds, as the slug's own Python tells."""
    program = (
        "import importlib, json, sys\n"
        "print(json.dumps({n: importlib.import_module(n).found() for n in sys.argv[1:]}))\n"
    )
    done = subprocess.run(
        [root / PREFIX / "bin/python", "-I", "-B", "-c", program, *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: Mapping[str, object] = json.loads(done.stdout)
    return answer


@examples(15)
@given(packages())
def test_after_slimming_each_package_finds_what_it_found(
    made: dict[str, dict[str, Content]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site: dict[str, Content] = {}
        for name, files in made.items():
            site |= distribution(name, "1", files)
        # Something goes, or nothing is shown.
        site |= distribution("other", "1", {"other/__init__.py": "", "other/tests/test_x.py": ""})
        root = real_slug(Path(folder), site, {"app.py": "import other\n"})
        before = found_in(root, made)
        slim_tree(root, settings(VERIFY="off"))
        assert not list(root.rglob("other/tests"))
        assert found_in(root, made) == before
        assert os.path.isfile(root / "app.py")

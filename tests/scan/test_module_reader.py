"""Modules that are read in processes beside this one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from slugfit.scan.module_reader import ModuleReader

LIB = Path(__file__).resolve().parents[2] / "lib"
SOURCES = {
    "a.py": b"import os\nfrom .b import c, d\nNAME = 'tests/data'\n",
    "b.py": b"def f(p):\n    return p.join(__file__, '..', 'tests')\n",
    "c.py": b"# -*- coding: latin-1 -*-\nT = '\xe4'\nclass C: pass\n",
    "d.py": b"T = '\\udcff'\n",
    "e.py": b"no python at all: import x, 'y'\n",
    "f.py": b"",
}
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from slugfit.scan import module_reader
module_reader._FEW = 0
module_reader.cores = lambda: int(sys.argv[3])
reader = module_reader.ModuleReader(Path(sys.argv[2]), lambda path: (b"test",))
alone = module_reader.ModuleReader(Path(sys.argv[2]), lambda path: (b"test",))
paths = sys.argv[4:]
with reader.reading_ahead(paths) as learn:
    learn()
read = set(reader._read)
assert read == set(paths), read
for path in paths:
    assert reader.facts_of(path) == alone.facts_of(path), path
    assert reader.mentions(path) == alone.mentions(path), path
print("the same")
"""


@pytest.mark.parametrize("cores", [1, 2, 3, 10])
def test_what_is_read_beside_is_what_is_read_here(tmp_path: Path, cores: int) -> None:
    for path, source in SOURCES.items():
        (tmp_path / path).write_bytes(source)
    run = [sys.executable, "-I", "-B", "-c", PROGRAM, str(LIB), str(tmp_path), str(cores)]
    done = subprocess.run([*run, *SOURCES, "gone.py"], capture_output=True, text=True, check=False)
    assert done.stdout == "the same\n", done.stderr


def test_a_few_modules_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"import os\n")
    reader = ModuleReader(tmp_path, lambda _: ())
    with reader.reading_ahead(["a.py"]) as learn:
        learn()
        (tmp_path / "a.py").write_bytes(b"import re\n")
        assert {item.module for item in reader.facts_of("a.py").imports} == {"re"}

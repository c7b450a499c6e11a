from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import marshal
import os
import py_compile
import random
import subprocess
import sys
import sysconfig
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import slugfit
from slugfit.scan import imports as statements
from slugfit.scan.bytecode import mentions, read_module
from slugfit.scan.imports import Import
from slugfit.scan.libraries import library_facts
from slugfit.scan.module_facts import (
    NO_FACTS,
    ModuleFacts,
    facts_from_source,
    facts_of_module,
    imports_at_start,
)

if TYPE_CHECKING:
    from collections.abc import Callable


LIBRARY = Path(sysconfig.get_path("stdlib"))
SAMPLE = [
    source
    for source in sorted([*LIBRARY.glob("*.py"), *LIBRARY.glob("[!st]*/*.py")])
    if source.stat().st_size < 30_000
][:240]


def compiled(source: bytes, name: str = "x.py") -> bytes:
    """What an installer writes for ``source``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    return bytes(16) + marshal.dumps(code)


def test_bytecode_and_source_of_the_standard_library_say_the_same() -> None:
    same = 0
    for source in SAMPLE:
        text = source.read_bytes()
        try:
            code = compiled(text)
        except SyntaxError:
            continue
        assert facts_of_module(code, b"") == facts_from_source(text), source
        same += 1
    assert same >= 200


STATEMENTS: dict[str, tuple[str, set[Import]]] = {
    "import": ("import a", {Import("a", 0, ())}),
    "dotted": ("import a.b.c", {Import("a.b.c", 0, ())}),
    "as": ("import a.b.c as d", {Import("a.b.c", 0, ())}),
    "several": ("import a, b.c", {Import("a", 0, ()), Import("b.c", 0, ())}),
    "from": ("from a.b import c, d as e", {Import("a.b", 0, ("c", "d"))}),
    "star": ("from a import *", {Import("a", 0, ("*",))}),
    "one dot": ("from . import a", {Import("", 1, ("a",))}),
    "three dots": ("from ...a.b import c", {Import("a.b", 3, ("c",))}),
    "thirty dots": (f"from {'.' * 30} import c", {Import("", 30, ("c",))}),
    "in a function": ("def f():\n async def g():\n  import a", {Import("a", 0, ())}),
    "in a class": ("class C:\n class D:\n  from .a import b", {Import("a", 1, ("b",))}),
    "in a comprehension": ("[(lambda: 0) for x in y]\nimport a", {Import("a", 0, ())}),
    "the same twice": ("import a\nimport a", {Import("a", 0, ())}),
    "after a thousand names": (
        "\n".join(f"n{number} = 'text {number}'" for number in range(1000)) + "\nfrom ..a import b",
        {Import("a", 2, ("b",))},
    ),
    "after seventy thousand constants": (
        f"x = [{', '.join(f'{number}.5' for number in range(70_000))}]\nfrom .a import b, c",
        {Import("a", 1, ("b", "c"))},
    ),
    "none": ("x = 'import a'  # import a", set()),
}


@pytest.mark.parametrize(("text", "imports"), STATEMENTS.values(), ids=STATEMENTS)
def test_imports_are_read_with_their_level_and_names(text: str, imports: set[Import]) -> None:
    assert facts_from_source(text.encode()).imports == imports
    assert facts_of_module(compiled(text.encode()), b"").imports == imports


LAZY: dict[str, tuple[str, set[str]]] = {
    "a list": ("__lazy_modules__ = ['a', 'b.c']\nimport d", {"a", "b.c", "d"}),
    "a long one": ("__lazy_modules__ = ['a', 'b', 'c', 'd']", {"a", "b", "c", "d"}),
    "a set": ("x = 'e'\n__lazy_modules__ = frozenset({'a', 'b', 'c'})", {"a", "b", "c"}),
    "a tuple with its type": ("__lazy_modules__: tuple = ('a', 'b')\nx = 'c'", {"a", "b"}),
    "one more": ("__lazy_modules__ = []\n__lazy_modules__ += ['a']\nx = 'b'", {"a"}),
    "no names": ("__lazy_modules__ = ['a b', '', '.a', 1, 'c-d']", set()),
    "another list": ("'a text'\n__all__ = ['a', 'b']\nprint(__lazy_modules__)", set()),
}


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("text", "modules"), LAZY.values(), ids=LAZY)
def test_modules_that_are_listed_as_lazy_are_imported(
    monkeypatch: pytest.MonkeyPatch, text: str, modules: set[str], *, known: bool
) -> None:
    if not known:
        monkeypatch.setattr(statements, "FORMAT", None)
    assert facts_from_source(text.encode()).imports == {Import(name, 0, ()) for name in modules}
    # The names alone load nothing.
    assert {item.module for item in imports_at_start(b"", text.encode())} <= {"d"}


def test_a_lazy_import_is_an_import_where_it_cannot_be_compiled_too() -> None:
    found = facts_from_source(
        b"__lazy_modules__ = [\n  'a.b',  # one\n  \"c\"]\nlazy import d.e as f, g\n"
        b"if ?: lazy from ..h import (\n  i,\n  j as k)\nlazy from . import l\n"
    )
    assert found.imports == {
        *(Import(name, 0, ()) for name in ("a.b", "c", "d.e", "g")),
        Import("h", 2, ("i", "j")),
        Import("", 1, ("l",)),
    }


@pytest.mark.skipif(sys.version_info < (3, 15), reason="no lazy imports before Python 3.15")
def test_a_lazy_import_is_an_import() -> None:
    text = b"lazy import a.b as c\nlazy from ..d import e, f\nlazy from . import g\nfrom h import *"
    expected = {
        Import("a.b", 0, ()),
        Import("d", 2, ("e", "f")),
        Import("", 1, ("g",)),
        Import("h", 0, ("*",)),
    }
    assert facts_of_module(compiled(text), b"").imports == expected
    assert imports_at_start(compiled(text), b"") == {Import("h", 0, ("*",))}


LITERALS: dict[str, tuple[str, set[str]]] = {
    "a constant": ("x = 'a.b'", {"a.b"}),
    "in a tuple in a function": ("def f():\n return 1, ('a', ('b', 2))", {"a", "b"}),
    "in a set": ("def f(x):\n return x in {'a', 'b'}", {"a", "b"}),
    "keys": ("def f():\n return {'a': 1, 'b': 'c'}", {"a", "b", "c"}),
    "with white space": ("def f():\n return ['a b', ' a', 'a\\n', '', 'ok']", {"ok"}),
    "a long one": (f"def f():\n return ['{'a' * 300}', '{'b' * 301}']", {"a" * 300}),
    "not ASCII": ("def f():\n return 'é'", {"é"}),
    "no text": ("def f():\n return [b'a', 1, None, ...]", set()),
}


@pytest.mark.parametrize(("text", "literals"), LITERALS.values(), ids=LITERALS)
def test_short_literals_are_read_wherever_they_stand(text: str, literals: set[str]) -> None:
    names = {"f", "x", "f.<locals>.x"}  # how functions are called in bytecode
    assert facts_from_source(text.encode()).literals - names == literals


def test_names_are_those_that_code_loads_and_reads() -> None:
    found = facts_from_source(
        b"from a import b as c\ndef f(x):\n  y = x.attribute\n  return glob(y)"
    )
    assert {"attribute", "glob", "b"} <= found.names
    assert found.names.isdisjoint({"x", "y"})


@pytest.mark.parametrize(
    "text",
    [
        "# -*- coding: latin-1 -*-\nx = 'é'\nfrom é import b".encode("latin-1"),
        "# coding: cp1252\nx = 'é'\nfrom é import b".encode("cp1252"),
        "\ufeffx = 'é'\r\nfrom é import b\r\n".encode(),
    ],
    ids=["latin-1", "cp1252", "UTF-8 with its mark and DOS lines"],
)
def test_source_is_read_in_its_own_encoding(text: bytes) -> None:
    found = facts_from_source(text)
    assert "é" in found.literals
    assert found.imports == {Import("é", 0, ("b",))}


def test_nothing_says_nothing() -> None:
    assert facts_of_module(b"", b"") == facts_from_source(b"# a comment") == NO_FACTS


@pytest.mark.parametrize(
    "code",
    [b"short", bytes(16), bytes(16) + b"\xff" * 9, bytes(16) + marshal.dumps(["a"])],
    ids=["too short", "cut", "garbage", "no code"],
)
def test_damaged_bytecode_gives_way_to_the_source(code: bytes) -> None:
    assert facts_of_module(code, b"import a") == facts_from_source(b"import a")
    assert facts_of_module(code, b"") == NO_FACTS


UNREADABLE = {
    "newer syntax": b"import a.b as c, d\ntype X = ?\nfrom .e import (\n  f, # one\n  g as h\n)",
    "older syntax": b"print 'x'\nimport a.b as c, d\nif x: from .e import f, g as h",
    "an unknown encoding": b"# coding: nothing\nimport a.b, d; from . e import f, g",
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_source_that_cannot_be_compiled_here_is_read_generously(text: bytes) -> None:
    found = facts_from_source(text)
    assert found.imports == {
        Import("a.b", 0, ()),
        Import("d", 0, ()),
        Import("e", 1, ("f", "g")),
    }


def test_literals_and_names_of_such_source_count_too() -> None:
    found = facts_from_source(b"""? load('a.b:c', "d e", x="f"); lazy.attach_stub(__name__)""")
    assert found.literals == {"a.b:c", "f"}
    assert "attach_stub" in found.names


@pytest.mark.parametrize("text", [b"(" * 100_000, b"\0", b"x = " + b"-" * 50_000 + b"1", b"\xff"])
def test_no_source_is_too_strange(text: bytes) -> None:
    assert isinstance(facts_from_source(text), ModuleFacts)


@given(st.binary(max_size=200))
def test_any_bytes_are_some_source(text: bytes) -> None:
    assert isinstance(facts_of_module(b"", text), ModuleFacts)


@pytest.fixture
def unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an interpreter whose bytecode nobody has checked."""
    monkeypatch.setattr(statements, "FORMAT", None)


@pytest.mark.usefixtures("unknown")
@pytest.mark.parametrize(("text", "imports"), STATEMENTS.values(), ids=STATEMENTS)
def test_an_unknown_python_reads_imports_from_the_syntax(text: str, imports: set[Import]) -> None:
    assert facts_from_source(text.encode()).imports == imports


@pytest.mark.usefixtures("unknown")
@pytest.mark.parametrize(("text", "literals"), LITERALS.values(), ids=LITERALS)
def test_an_unknown_python_reads_the_same_literals(text: str, literals: set[str]) -> None:
    assert facts_from_source(text.encode()).literals == literals


@pytest.mark.usefixtures("unknown")
def test_an_unknown_python_reads_scopes_as_the_compiler_makes_them() -> None:
    found = facts_from_source(
        b"from pkg import files\n"
        b"x = 'a' + 'b' + 'c', -1 + 2, y + 'z'\n"
        b"@decorated('d')\n"
        b"def f(default='e'):\n"
        b"  return join({'f': 'g'}, __file__, lambda: 'h')\n"
    )
    assert {"abc", "z", "d", "e", "f", "g", "h"} <= found.literals
    assert {"files", "join", "__file__", "y", "decorated"} <= found.names
    # The module imports `files`; the function uses `__file__`; the lambda neither.
    assert ("f", "g") in found.joined
    assert len(found.joined) == 2


@pytest.mark.usefixtures("unknown")
def test_an_unknown_python_knows_what_runs_at_the_start() -> None:
    text = b"import a\nclass C:\n  import b\n  def f(self):\n    import c\nif x:\n  from d import e"
    assert {item.module for item in imports_at_start(b"", text)} == {"a", "b", "d"}
    assert {item.module for item in imports_at_start(b"", b"? \nimport a")} == {"a"}
    assert {item.module for item in facts_from_source(b"? \nimport a").imports} == {"a"}


@pytest.mark.usefixtures("unknown")
def test_an_unknown_python_takes_no_bytecode_that_has_a_source(tmp_path: Path) -> None:
    source = tmp_path / "x.py"
    source.write_text("import a")
    py_compile.compile(str(source), doraise=True)
    assert read_module(source) == (b"", b"import a")


@pytest.mark.usefixtures("unknown")
def test_without_a_source_every_name_of_such_bytecode_may_be_an_import(tmp_path: Path) -> None:
    alone = tmp_path / "x.pyc"
    source = tmp_path / "x.py"
    source.write_text("__lazy_modules__ = ['l.m']\nfrom ..a import b\ndef f():\n  import c.d")
    py_compile.compile(str(source), cfile=str(alone), doraise=True)
    found = facts_of_module(*read_module(alone))
    targets = {(item.module, item.level) for item in found.imports}
    assert {("a", 2), ("c.d", 0), ("l.m", 0)} <= targets
    assert any("b" in item.names for item in found.imports if item.module == "a")


def test_what_is_not_known_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*_: object) -> None:
        pytest.fail("bytecode of an unknown format was decoded")

    monkeypatch.setattr(statements, "FORMAT", None)
    monkeypatch.setattr(statements, "_decoded_imports", decode)
    text = b"import a\ndef f(): import b"
    assert {item.module for item in facts_from_source(text).imports} == {"a", "b"}
    facts_of_module(compiled(text), b"")
    imports_at_start(compiled(text), text)


def touch(source: Path) -> None:
    os.utime(source, (1, 1))


def append(source: Path) -> None:
    status = source.stat()
    source.write_text(source.read_text() + "\n")
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))


def change(source: Path) -> None:
    status = source.stat()
    source.write_text("import b")
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))


def nothing(_: Path) -> None:
    pass


TIME, CHECKED, UNCHECKED = py_compile.PycInvalidationMode


@pytest.mark.parametrize(
    ("mode", "happens", "fits"),
    [
        (TIME, nothing, True),
        (TIME, touch, False),
        (TIME, append, False),
        (CHECKED, nothing, True),
        (CHECKED, touch, True),
        (CHECKED, change, False),
        (UNCHECKED, touch, True),
        (UNCHECKED, append, True),
    ],
)
def test_bytecode_counts_when_python_would_take_it(
    tmp_path: Path,
    mode: py_compile.PycInvalidationMode,
    happens: Callable[[Path], None],
    *,
    fits: bool,
) -> None:
    source = tmp_path / "x.py"
    source.write_text("import a")
    py_compile.compile(str(source), doraise=True, invalidation_mode=mode)
    happens(source)
    code, text = read_module(source)
    assert (bool(code), bool(text)) == (fits, not fits)


def test_a_file_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_module(tmp_path / "x.py") == (b"", b"")
    assert read_module(tmp_path / "x.pyc") == (b"", b"")


def test_bytecode_without_source_is_read_if_it_fits(tmp_path: Path) -> None:
    source = tmp_path / "x.py"
    source.write_text("import a")
    py_compile.compile(str(source), cfile=str(source) + "c", doraise=True)
    source.unlink()
    alone = tmp_path / "x.pyc"
    assert facts_of_module(*read_module(alone)).imports == {Import("a", 0, ())}
    alone.write_bytes(b"\0" * 4 + alone.read_bytes()[4:])
    assert facts_of_module(*read_module(alone)) == NO_FACTS


def test_what_the_engine_reads_does_not_depend_on_its_own_optimisation(tmp_path: Path) -> None:
    source = tmp_path / "x.py"
    source.write_text("assert __import__('a.b')")
    for level in (0, 1):
        py_compile.compile(str(source), doraise=True, optimize=level)
    script = (
        "import pathlib, sys\n"
        "from slugfit.scan.bytecode import read_module\n"
        "from slugfit.scan.module_facts import facts_of_module\n"
        "print(sorted(facts_of_module(*read_module(pathlib.Path(sys.argv[1]))).literals))"
    )
    library = os.path.dirname(os.path.dirname(slugfit.__file__))
    command = [sys.executable, "-B", "-O", "-c", script, str(source)]
    done = subprocess.run(
        command, env={"PYTHONPATH": library}, check=True, capture_output=True, text=True
    )
    assert done.stdout == "['a.b']\n"


@pytest.mark.parametrize("name", ["x.py", "x.pyc"])
def test_pipes_and_devices_are_not_read(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    (tmp_path / "endless.py").symlink_to("/dev/zero")
    assert read_module(tmp_path / name) == read_module(tmp_path / "endless.py") == (b"", b"")
    cached = Path(importlib.util.cache_from_source(tmp_path / "endless.py"))
    cached.parent.mkdir()
    cached.symlink_to("/dev/zero")
    assert read_module(tmp_path / "endless.py") == (b"", b"")


MENTIONS: dict[str, tuple[str, bool]] = {
    "plainly": ("import tests", True),
    "in a longer name": ("import latest, attests", True),
    "in no way": ("import test, ests", False),
    "by an escape": (r"x = 'te\x73ts'", True),
    "by pieces": ("x = ('te'\n  'sts')", True),
    "by a sum": ("x = 'te' + \\\n 'sts'", True),
    "over two lines of a literal": ("x = 'te\\\nsts'", True),
    "perhaps, in letters that look alike": ("import \uff54\uff45\uff53\uff54\uff53", True),
    "with harmless escapes": (r"x = 'a\nb\t\'\"\\'", False),
}


@pytest.mark.parametrize(("text", "mentioned"), MENTIONS.values(), ids=MENTIONS)
def test_a_module_mentions_a_word(text: str, *, mentioned: bool) -> None:
    assert mentions(b"", text.encode(), (b"nothing", b"tests")) == mentioned
    assert mentions(compiled(text.encode()), b"", (b"nothing", b"tests")) == mentioned
    assert not mentions(b"", text.encode(), ()) or not text.isascii() or "\\x" in text
    assert not mentions(compiled(text.encode()), b"", ())


@given(word=st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda word: "\0" not in word))
@example(word="0\\8")
@example(word="\"'")
def test_whatever_a_literal_says_is_mentioned(word: str) -> None:
    text = f"x = {word!r}".encode()
    facts = facts_from_source(text)
    if word in facts.literals:
        token = (word.encode(),)
        assert mentions(b"", text, token)
        assert mentions(compiled(text), b"", token)


def _damaged(seed: int) -> bytes:
    """Bytecode of a standard module with a few bytes changed, other counts, or pieces missing."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    module = chance.choice([json, argparse, ast])
    cached = importlib.util.cache_from_source(str(module.__file__), optimization="")
    data = bytearray(Path(cached).read_bytes())
    for _ in range(chance.randint(1, 4)):
        at, what = chance.randrange(16, len(data)), chance.random()
        if what < 0.6:
            data[at] = chance.randrange(256)
        elif what < 0.8:
            data[at : at + 4] = b"\0\0\0\0"
        else:
            del data[at : at + chance.randint(1, 50)]
    return bytes(data)


@pytest.mark.parametrize("seed", [1, 8, 108, 300, 413, 737, 1017])
def test_damaged_bytecode_is_never_more_than_not_understood(seed: int) -> None:
    cached = importlib.util.cache_from_source(str(json.__file__), optimization="")
    if not os.path.exists(cached):
        pytest.skip("this Python came without bytecode")
    assert isinstance(facts_of_module(_damaged(seed), b"import x\n"), ModuleFacts)


def test_bytecode_that_points_beyond_its_constants_falls_back_to_the_source() -> None:
    code = compile("from x import a", "module", "exec").replace(co_consts=())
    header = importlib.util.MAGIC_NUMBER + bytes(12)
    found = facts_of_module(header + marshal.dumps(code), b"import b\n")
    assert {item.module for item in found.imports} == {"b"}


def test_a_file_larger_than_any_module_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.py"
    with file.open("wb") as huge:
        huge.truncate(1 << 40)
    assert read_module(file) == (b"", b"")
    assert library_facts(file, (b"x",)) == NO_FACTS


@pytest.mark.parametrize(
    ("content", "words", "found"),
    [
        (b"\0pkg.tests\0", (b"tests",), {"pkg.tests"}),
        (b"see pkg.tests.mod for", (b"tests",), {"pkg.tests.mod"}),
        (b"\xffpkg.tests-x", (b"tests",), {"pkg.tests"}),
        (b"testtests", (b"test",), {"testtests"}),
        (b"nothing", (b"tests",), set()),
        (b"x" * 1000 + b".tests", (b"tests",), set()),
        (b"", (b"tests",), set()),
    ],
)
def test_names_in_a_compiled_module(
    tmp_path: Path, content: bytes, words: tuple[bytes, ...], found: set[str]
) -> None:
    file = tmp_path / "fast.so"
    file.write_bytes(content)
    assert library_facts(file, words).literals == found


@pytest.mark.parametrize(
    ("source", "joined"),
    [
        ("x = join(__file__, 'a', 'b')", {("a", "b")}),
        ("def f():\n  return files(p) / 'a' / 'b'\nx = 'c'", {("a", "b")}),
        ("def f():\n  return join(here, 'a')", set()),
        ("x = 0.5, __file__, ('a', 'b')", {()}),
    ],
)
def test_pieces_of_paths_in_order(source: str, joined: set[tuple[str, ...]]) -> None:
    found = facts_from_source(source.encode()).joined
    assert found == joined

"""Bytecode made to name another path, compared with what compiling there gives."""

from __future__ import annotations

import marshal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.refer.relocated import relocated

SOURCE = "lib/pkg/mod.py"
TEXTS = {
    "nothing": "",
    "a function": "def f(a):\n    return a\n",
    "functions in functions": "def f():\n    def g():\n        return lambda: 1\n    return g\n",
    "classes": "class A:\n    'text'\n    def f(self):\n        return [x for x in self]\n",
    "its name in a text": "x = 'see lib/pkg/mod.py'\ndef f():\n    pass\n",
    "not in ASCII": "x = 'é'\ny = 'lib/pkg/ü'\n",
}


def code_of(text: str, path: str) -> bytes:
    return marshal.dumps(compile(text, path, "exec", dont_inherit=True))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("new", ["/app", "/a/much/longer/folder", "/" + "long" * 80])
@pytest.mark.parametrize("old", ["/app", "/build", "/" + "long" * 90, "/build/x/app"])
def test_it_is_what_compiling_there_gives(text: str, old: str, new: str) -> None:
    code = code_of(text, f"{old}/{SOURCE}")
    moved = relocated(code, SOURCE, f"{new}/{SOURCE}")
    assert moved is not None
    found, wanted = (marshal.loads(item) for item in (moved, code_of(text, f"{new}/{SOURCE}")))  # noqa: S302 - made here
    assert found == wanted
    assert found.co_filename == f"{new}/{SOURCE}"
    assert [item.co_filename for item in found.co_consts if hasattr(item, "co_filename")] == [
        f"{new}/{SOURCE}" for item in found.co_consts if hasattr(item, "co_filename")
    ]


@pytest.mark.parametrize(
    ("code", "target"),
    [
        (b"", "/app/lib/pkg/mod.py"),
        (b"no marshalled code", "/app/lib/pkg/mod.py"),
        (code_of("x = 1", "/build/other/name.py"), "/app/lib/pkg/mod.py"),
        (code_of("x = 1", "lib/pkg/mod.py"), "/app/lib/pkg/mod.py"),
        (code_of("x = '/build/lib/pkg/mod.py'", "/a/lib/pkg/mod.py"), "/app/lib/pkg/mod.py"),
        (code_of("x = 1", "/build/lib/pkg/mod.py"), "/é/lib/pkg/mod.py"),
        (b"\xff" * 10 + b"/lib/pkg/mod.py", "/app/lib/pkg/mod.py"),
    ],
)
def test_what_is_not_certain_is_left_to_the_compiler(code: bytes, target: str) -> None:
    assert relocated(code, SOURCE, target) is None


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_are_looked_at_without_an_error(before: bytes, after: bytes) -> None:
    relocated(before + b"/lib/pkg/mod.py" + after, SOURCE, "/app/lib/pkg/mod.py")

from __future__ import annotations

import marshal

import pytest

from slugfit.scan.module_facts import facts_of_module
from slugfit.scan.test_code import is_named_test, is_test_code, is_test_module


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("import pytest", True),
        ("from unittest import mock", True),
        ("def f():\n  import hypothesis.strategies", True),
        ("from x import TestCase\nclass A(TestCase): pass", True),
        ("def test_it(): pass", True),
        ("class A:\n  def f(self):\n    def test_it(): pass", True),
        ("import os, unittest.mock", True),
        ("def pytest_configure(): pass", True),
        ("import pytester", False),
        ("from .pytest import x", False),
        ("def testing(): pass", False),
        ("x = 'pytest'", False),
        ("x = 'def test_it'", False),
        ("", False),
    ],
)
def test_test_code_is_told_by_what_it_says(text: str, *, answer: bool) -> None:
    source = text.encode()
    code = bytes(16) + marshal.dumps(compile(source, "module", "exec", dont_inherit=True))
    assert is_test_code(facts_of_module(b"", source)) is answer
    assert is_test_module(b"", source) is answer
    assert is_test_module(code, b"") is answer
    assert is_test_module(code[:-1], source) is answer


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("a/test_x.py", True),
        ("a/x_test.py", True),
        ("a/conftest.py", True),
        ("test_a/x.py", False),
        ("a/test.py", False),
        ("a/testx.py", False),
        ("a/test_x.pyc", False),
    ],
)
def test_a_test_is_told_by_its_name(path: str, *, answer: bool) -> None:
    assert is_named_test(path) is answer

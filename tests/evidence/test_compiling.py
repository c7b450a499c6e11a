from __future__ import annotations

import pytest

from slugfit.evidence.compiling import compiles, names_suffix, offers_headers
from slugfit.scan.module_facts import facts_of_module


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("from setuptools import Extension", True),
        ("import setuptools.command.build_ext", True),
        ("from torch.utils import cpp_extension", True),
        ("import subprocess\nsubprocess.run(['gcc', '-c'])", True),
        ("from os import system\nsystem('nvcc')", True),
        ("from setuptools import setup", False),
        ("import subprocess\nsubprocess.run(['ls'])", False),
        ("x = 'gcc'", False),
        ("import Cython", False),
        ("", False),
    ],
)
def test_what_compiles_imports_or_starts_it(text: str, *, answer: bool) -> None:
    assert compiles(facts_of_module(b"", text.encode())) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("x = '.h'", True),
        ("glob('*.h')", True),
        ("x = 'a.h'", False),
        ("x = '.hpp'", False),
        ("x = '*.py'", False),
    ],
)
def test_a_suffix_is_named_alone_or_as_a_pattern(text: str, *, answer: bool) -> None:
    assert names_suffix(facts_of_module(b"", text.encode()).literals, {".h"}) is answer


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("get_include", True),
        ("get_includes", True),
        ("get_numpy_include", True),
        ("include_dirs", True),
        ("get_cmake_dir", True),
        ("included", False),
        ("get_included", False),
    ],
)
def test_headers_are_offered_by_functions(name: str, *, answer: bool) -> None:
    found = offers_headers(facts_of_module(b"", f"def {name}(): pass\nget_include".encode()))
    assert found == ({name} if answer else set())

"""Is it test code? Told by the imports, functions and classes of a module, or by its own name."""

from __future__ import annotations

import fnmatch
import posixpath
import types
from typing import TYPE_CHECKING

from slugfit.catalog.test_code import TEST_FRAMEWORKS, TEST_NAMES
from slugfit.scan.imports import imports_in_code
from slugfit.scan.module_facts import facts_from_source, in_bytecode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slugfit.scan.imports import Import
    from slugfit.scan.module_facts import ModuleFacts

_NAMES = ("test_*.py", "*_test.py", "conftest.py")
_TESTS = ("test_", "pytest_")
"""What the names of functions begin with that test frameworks find by their names."""


def is_named_test(path: str) -> bool:
    """Whether a module in a folder of tests is one by its own name."""
    name = posixpath.basename(path)
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in _NAMES)


def is_test_code(facts: ModuleFacts) -> bool:
    """Whether what a module says is said by test code alone."""
    return (
        _imports_framework(facts.imports)
        or not TEST_NAMES.isdisjoint(facts.names)
        or any(name.startswith(_TESTS) for name in facts.defines)
    )


def is_test_module(code: bytes, source: bytes) -> bool:
    """The same from bytecode or, if that is empty or damaged, from source (see read_module).

    It reads no further than to the first sign, which is most often near the top.
    """
    found = in_bytecode(code, _has_sign)
    return is_test_code(facts_from_source(source)) if found is None else found


def is_for_testing(name: str) -> bool:
    """Whether a module helps to test, by its dotted name: what runs a package's tests is there."""
    return not {"testing", "_testing"}.isdisjoint(name.split("."))


def _has_sign(code: types.CodeType) -> bool:
    waiting = [code]
    while waiting:
        current = waiting.pop()
        names = current.co_names
        if current.co_name.startswith(_TESTS) or not TEST_NAMES.isdisjoint(names):
            return True
        near = any(name.partition(".")[0] in TEST_FRAMEWORKS for name in names)
        if near and _imports_framework(imports_in_code(current)):
            return True
        waiting += (item for item in current.co_consts if isinstance(item, types.CodeType))
    return False


def _imports_framework(imports: Iterable[Import]) -> bool:
    tops = {item.module.partition(".")[0] for item in imports if not item.level}
    return not TEST_FRAMEWORKS.isdisjoint(tops)

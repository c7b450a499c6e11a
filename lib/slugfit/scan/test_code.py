"""Is it test code? Told by the imports, functions and classes of a module, or by its own name."""

from __future__ import annotations

import fnmatch
import posixpath
from typing import TYPE_CHECKING

from slugfit.catalog.test_code import TEST_FRAMEWORKS, TEST_NAMES

if TYPE_CHECKING:
    from slugfit.scan.module_facts import ModuleFacts

_NAMES = ("test_*.py", "*_test.py", "conftest.py")


def is_named_test(path: str) -> bool:
    """Whether a module in a folder of tests is one by its own name."""
    name = posixpath.basename(path)
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in _NAMES)


def is_test_code(facts: ModuleFacts) -> bool:
    """Whether what a module says is said by test code alone."""
    frameworks = {item.module.partition(".")[0] for item in facts.imports if not item.level}
    return (
        not TEST_FRAMEWORKS.isdisjoint(frameworks)
        or not TEST_NAMES.isdisjoint(facts.names)
        or any(name.startswith(("test_", "pytest_")) for name in facts.defines)
    )


def is_for_testing(name: str) -> bool:
    """Whether a module helps to test, by its dotted name: what runs a package's tests is there."""
    return not {"testing", "_testing"}.isdisjoint(name.split("."))

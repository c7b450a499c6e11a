"""DEVELOPMENT_TOOLS: distributions that serve whoever writes an app, and no process of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tool:
    """What a developer's tool is, and by which modules an app would use it all the same."""

    what: str
    source: str
    """Where that is from, a URL."""
    modules: tuple[str, ...] = ()
    """Beside the one that is called like the distribution."""


_NOTEBOOKS = "edits and runs notebooks"
_JUPYTER = "https://docs.jupyter.org/en/latest/projects/content-projects.html"
_FORMATS = "formats source"
_CHECKS = "checks source"
_TESTS = "runs tests"

DEVELOPMENT_TOOLS = {
    "jupyter": Tool(_NOTEBOOKS, _JUPYTER),
    "jupyterlab": Tool(_NOTEBOOKS, _JUPYTER),
    "notebook": Tool(_NOTEBOOKS, _JUPYTER),
    "nbclassic": Tool(_NOTEBOOKS, _JUPYTER),
    "jupyter-console": Tool(_NOTEBOOKS, _JUPYTER),
    "ipykernel": Tool("runs notebooks", _JUPYTER),
    "black": Tool(_FORMATS, "https://black.readthedocs.io/"),
    "isort": Tool(_FORMATS, "https://pycqa.github.io/isort/"),
    "autopep8": Tool(_FORMATS, "https://github.com/hhatto/autopep8"),
    "yapf": Tool(_FORMATS, "https://github.com/google/yapf"),
    "flake8": Tool(_CHECKS, "https://flake8.pycqa.org/"),
    "pylint": Tool(_CHECKS, "https://pylint.readthedocs.io/"),
    "mypy": Tool(_CHECKS, "https://mypy.readthedocs.io/"),
    "ruff": Tool(_CHECKS, "https://docs.astral.sh/ruff/"),
    "pyright": Tool(_CHECKS, "https://github.com/RobertCraigie/pyright-python"),
    "bandit": Tool(_CHECKS, "https://bandit.readthedocs.io/"),
    "pre-commit": Tool("runs checks before a commit", "https://pre-commit.com/", ("pre_commit",)),
    "pytest": Tool(_TESTS, "https://docs.pytest.org/"),
    "pytest-cov": Tool(_TESTS, "https://pytest-cov.readthedocs.io/"),
    "pytest-django": Tool(_TESTS, "https://pytest-django.readthedocs.io/"),
    "tox": Tool(_TESTS, "https://tox.wiki/"),
    "nox": Tool(_TESTS, "https://nox.thea.codes/"),
    "coverage": Tool("measures tests", "https://coverage.readthedocs.io/"),
    "sphinx": Tool("makes documentation", "https://www.sphinx-doc.org/"),
    "mkdocs": Tool("makes documentation", "https://www.mkdocs.org/"),
    "twine": Tool("uploads packages", "https://twine.readthedocs.io/"),
    "pyinstaller": Tool("makes programs for desktops", "https://pyinstaller.org/"),
}

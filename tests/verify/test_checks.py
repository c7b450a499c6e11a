"""What is tried for a plan, and what of the app's source it goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pythons import real_slug, settings
from slugfit.plan.make import make_plan
from slugfit.verify.checks import neighbours, steps_for
from trees import Content, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _beside(root: Path, files: Mapping[str, Content]) -> list[str]:
    plant(root, slug(distribution("pkg", "1", files), app_py="import pkg\n"))
    planned = make_plan(root, settings())
    return sorted(neighbours(planned.decisions, planned.layout))


@pytest.mark.parametrize(
    ("files", "beside"),
    [
        ("pkg/__init__.py pkg/a.py", []),
        ("pkg/__init__.py pkg/a.py pkg/tests/x.py", ["pkg", "pkg.a"]),
        ("pkg/__init__.py pkg/a.py pkg/a.pyi", ["pkg", "pkg.a"]),
        ("pkg/__init__.py pkg/b/__init__.py pkg/b/a.py pkg/b/tests/y/x.py", ["pkg.b", "pkg.b.a"]),
        ("pkg/__init__.py pkg/__pycache__/__init__.cpython-311.pyc", []),
        ("pkg/__init__.py pkg/__main__.py pkg/hook-pkg.py pkg/tests/x.py", ["pkg"]),
        ("pkg/__init__.py pkg/_c.cpython-311-x86_64-linux-gnu.so pkg/a.c", ["pkg", "pkg._c"]),
        ("pkg/__init__.py tests/x.py", []),
        ("alone.py alone.pyi", ["alone"]),
    ],
)
def test_modules_beside_what_went(tmp_path: Path, files: str, beside: list[str]) -> None:
    assert _beside(tmp_path, dict.fromkeys(files.split(), "")) == beside


APP: dict[str, Content] = {
    "app.py": "import used\nNAMES = ['named', 'named.part.Class', 'absent.x', 'json']\n",
    "manage.py": "S = ('DJANGO_SETTINGS_MODULE', 'shop.settings_for_tests')\n",
    "shop/wsgi.py": "S = ('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "shop/settings.py": "",
    "shop/settings_for_tests.py": "",
}
INSTALLED: dict[str, Content] = {
    "used/__init__.py": "",
    "named/__init__.py": "",
    "named/part.py": "",
    "other/__init__.py": "",
    "django/__init__.py": "",
} | distribution("point", "1", {"point/cli.py": ""}, "[console_scripts]\npoint = point.cli:main\n")


def _steps(root: Path, **config: str) -> list[tuple[str, str, bool]]:
    found = steps_for(make_plan(root, settings(**config)), settings(**config))
    return [(step.kind, step.name, step.needed) for step in found]


def test_what_the_app_needs_comes_first_and_its_settings_last(tmp_path: Path) -> None:
    root = real_slug(tmp_path, INSTALLED, APP)
    assert _steps(root, SMOKE="true") == [
        ("import", "used", True),
        ("import", "named", False),
        ("import", "named.part", False),
        ("import", "point.cli", False),
        ("setup", "shop.settings", True),
        ("smoke", "true", True),
    ]


def test_settings_mean_nothing_without_django(tmp_path: Path) -> None:
    site = {name: content for name, content in INSTALLED.items() if "django" not in name}
    root = real_slug(tmp_path, site, APP)
    assert "setup" not in {kind for kind, _, _ in _steps(root)}


def test_without_an_app_every_package_is_needed(tmp_path: Path) -> None:
    root = real_slug(tmp_path, INSTALLED, {})
    needed = {name for kind, name, needed in _steps(root) if needed and kind == "import"}
    assert {"used", "named", "other"} <= needed


def test_nothing_is_tried_when_verification_is_off(tmp_path: Path) -> None:
    assert _steps(real_slug(tmp_path, INSTALLED, APP), VERIFY="off", SMOKE="true") == []


def test_a_tree_without_an_interpreter_can_still_have_a_smoke_command(tmp_path: Path) -> None:
    plant(tmp_path, slug({"pkg/__init__.py": ""}, app_py="import pkg\n"))
    planned = make_plan(tmp_path, settings())
    assert planned.layout.python is None
    assert _steps(tmp_path, SMOKE="true") == [("smoke", "true", True)]
    assert _steps(tmp_path) == []

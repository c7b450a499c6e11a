"""Apps for the checks before a deployment: from dict literals to findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.doctor.checkup import findings_of
from slugfit.doctor.reading import read_app
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.doctor.finding import Finding
    from trees import Content

HEALTHY: Mapping[str, Content] = {
    "requirements.txt": "flask==3.0.0\ngunicorn==22.0.0\n",
    "Procfile": "web: gunicorn app:app\n",
    ".python-version": "3.13\n",
    "app.py": "import flask\n\napp = flask.Flask(__name__)\n",
}
"""An app of which there is nothing to say."""


def findings(folder: Path, tree: Mapping[str, Content], *rules: str) -> list[Finding]:
    """What is found in a healthy app with these files; of these rules only, if any are named."""
    app = read_app(plant(folder, {**HEALTHY, **tree}))
    return [item for item in findings_of(app) if not rules or item.rule in rules]


def places(found: list[Finding]) -> list[str]:
    """``rule file:line`` for each finding."""
    return [f"{item.rule} {item.file}:{item.line}" for item in found]

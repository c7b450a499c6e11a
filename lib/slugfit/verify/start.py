"""What the app's start loads, told by the app's own interpreter in a child; see refer/start.py."""

from __future__ import annotations

import base64
import os
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from slugfit.base.paths import path_inside
from slugfit.refer.start import Start, StartWanted
from slugfit.settings.config_vars import ConfigVars
from slugfit.verify.child import run_child
from slugfit.verify.smoke import sources_of_smoke
from slugfit.verify.step import Step, StepContext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.scan.layout import Layout
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run
    from slugfit.verify.child import Answers


START_SECONDS = 150
"""For all of it; what the start loads is then followed from import to import."""
ATTEMPTS = 4
"""Children: one that crashes is followed by one that leaves out what it crashed at."""
_SERVING = (
    *("middleware", "urls", "templates", "databases"),
    *("SESSION_SERIALIZER", "MESSAGE_STORAGE"),
)
"""What Django makes, or loads by a setting's name, for its first request."""


@dataclass(frozen=True, slots=True)
class ChildPython:
    """The app's interpreter, isolated as for a verification."""

    app: Path | None = None
    """The app's own folder, None if the app is part of the tree."""
    smoke: str = ""
    """A command of the app's, whose modules count as loaded; "" to run none."""
    config_vars: ConfigVars = field(default_factory=ConfigVars)
    """What this command gets to see."""

    def start(self, root: Path, layout: Layout, wanted: StartWanted) -> Start | None:
        """What importing ``wanted`` loads, the tree as it is; None if there is no telling."""
        if layout.python is None:
            return None
        context = StepContext(root, layout, None, app=self.app)
        steps = list(_steps(wanted))
        end = time.monotonic() + START_SECONDS
        for _ in range(ATTEMPTS):
            answers = run_child(context, steps, end - time.monotonic())
            told = answers.by_step.get(("loaded", ""))
            if told is not None:
                found = told["found"]
                return self._with_smoke(context, _start(root, found)) if found else None
            if not answers.began or not _drop_crashed(steps, answers):
                return None
        return None

    def _with_smoke(self, context: StepContext, start: Start) -> Start:
        if not self.smoke:
            return start
        loaded = sources_of_smoke(self.smoke, replace(context, config_vars=self.config_vars))
        inside = (_path_in_tree(context.root, file) for file in loaded)
        return replace(start, sources=start.sources.union(filter(None, inside)))

    def compile(self, root: Path, layout: Layout, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The bytecode of these sources, by source; those that cannot be compiled are left out."""
        context = StepContext(root, layout, None, app=self.app)
        steps = [Step("compile", path) for path in paths]
        answers = run_child(context, steps, START_SECONDS)
        found = {path: answers.by_step.get(("compile", path), {}).get("found") for path in paths}
        return {path: base64.b64decode(text) for path, text in found.items() if text}


def python_of(config: Config, run: Run, *, smoke: bool = False) -> ChildPython | None:
    """The app's Python, if its modules may be imported under this configuration.

    With ``smoke`` the app's own command is run as well: it can do anything.
    """
    if config.verify == "off":
        return None
    return ChildPython(run.app, config.smoke if smoke else "", run.config_vars)


def _steps(wanted: StartWanted) -> Iterator[Step]:
    if wanted.settings:
        yield Step("setup", wanted.settings)
    yield from (Step("start", name) for name in wanted.names)
    if wanted.settings:
        yield from (Step("serve", part) for part in _SERVING)
    yield Step("loaded", "")


def _drop_crashed(steps: list[Step], answers: Answers) -> bool:
    """Leave out the step that ended the child; whether there is one."""
    for step in steps[:-1]:
        if (step.kind, step.name) not in answers.by_step:
            steps.remove(step)
            return True
    return False


def _start(root: Path, found: Mapping[str, Any]) -> Start:
    inside = (_path_in_tree(root, file) for file in found["files"])
    return Start(
        frozenset(filter(None, inside)),
        found["tag"],
        bytes.fromhex(found["magic"]),
        found["seconds"],
        found["compiling"],
    )


def _path_in_tree(root: Path, file: str) -> str | None:
    """The path of ``file`` below ``root``; None if it is not there."""
    places = (os.path.abspath(root), file), (os.path.realpath(root), os.path.realpath(file))
    for base, name in places:
        if name.startswith(f"{base}/"):
            return path_inside("", name[len(base) + 1 :])
    return None

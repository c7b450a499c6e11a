"""All checks of an app, and what of their findings is left after what the app ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.doctor.aptfile import apt_findings
from slugfit.doctor.gpu import gpu_findings
from slugfit.doctor.ignored import not_ignored
from slugfit.doctor.packages import package_findings
from slugfit.doctor.procfile import procfile_findings
from slugfit.doctor.python_version import python_findings
from slugfit.doctor.reached import reached_findings
from slugfit.doctor.repository import repository_findings
from slugfit.doctor.requirements import requirement_findings
from slugfit.doctor.rules import RULES
from slugfit.doctor.serving import serving_findings
from slugfit.doctor.slugignore import slugignore_findings
from slugfit.doctor.source_builds import source_build_findings
from slugfit.doctor.variables import variable_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slugfit.doctor.app import App
    from slugfit.doctor.finding import Finding


CHECKS: tuple[Callable[[App], Iterator[Finding]], ...] = (
    gpu_findings,
    package_findings,
    procfile_findings,
    python_findings,
    reached_findings,
    requirement_findings,
    serving_findings,
    source_build_findings,
    apt_findings,
    variable_findings,
    slugignore_findings,
    repository_findings,
)


def findings_of(app: App) -> tuple[Finding, ...]:
    """What is to be mended, in the order of the rules, then of files and lines."""
    order = {rule.name: number for number, rule in enumerate(RULES)}
    found = dict.fromkeys(finding for check in CHECKS for finding in check(app))
    left = not_ignored(found, app)
    return tuple(sorted(left, key=lambda item: (order[item.rule], item.file, item.line)))

"""report.html written: beside report.json, where --html says, and its data for the next build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.atomic import write_atomically
from slugfit.page.html import page_html
from slugfit.page.last_files import LAST_FILES
from slugfit.page.make import page_data

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.base.console import Console
    from slugfit.pipeline import Outcome
    from slugfit.report.make import Report


@dataclass(frozen=True, slots=True)
class PageTargets:
    """Where a run leaves its page."""

    pages: tuple[Path, ...]
    """The HTML files."""
    cache: Path | None = None
    """CACHE_DIR, where the last build's files are read, and this one's left for the next."""


def save_page(report: Report, outcome: Outcome, targets: PageTargets, console: Console) -> None:
    """Write the page; a file that cannot be written is told, no more."""
    if not targets.pages and targets.cache is None:
        return
    kept = None if targets.cache is None else targets.cache / LAST_FILES
    data = page_data(report, outcome, b"" if kept is None else _read(kept))
    content = dict.fromkeys(targets.pages, page_html(data)) if targets.pages else {}
    if kept is not None:
        content[kept] = data
    for target, written in content.items():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, written)
        except OSError as error:  # noqa: PERF203 - one may fail, the other not
            console.complain(f"slugfit: {target} could not be written: {error.strerror}")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""

"""The page of one run: its document, and the file around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.page.document import Shown, document_of, encoded
from slugfit.page.items import items_of
from slugfit.page.last_files import compared, decode_last

if TYPE_CHECKING:
    from slugfit.pipeline import Outcome
    from slugfit.report.make import Report


def page_data(report: Report, outcome: Outcome, last: bytes = b"") -> bytes:
    """The data of a page, for ``page_html``; ``last`` is that of the last build, if there is one.

    A build leaves it in its cache for the next.
    """
    known = decode_last(last) if last else None
    items = compared(items_of(outcome), known)
    return encoded(document_of(Shown(report, outcome.sizes, outcome.packing, items, known)))

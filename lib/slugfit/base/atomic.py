"""A file written completely or not at all, under a new name that takes the place of the old file.

What stands there may be a link that leads away, share its bytes with other names, or be read by
another process at this moment. The rename is atomic:
https://pubs.opengroup.org/onlinepubs/9699919799/functions/rename.html.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_atomically(place: Path, content: bytes, mode: int | None = None) -> None:
    """Write ``content`` to ``place``, with these permissions or those of a new file.

    Raises OSError, with nothing changed.
    """
    draft = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        draft.unlink(missing_ok=True)
        draft.write_bytes(content)
        if mode is not None:
            draft.chmod(mode)
        draft.replace(place)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise

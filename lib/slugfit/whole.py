"""A file put in its place whole or not at all, through a new name.

What stands there may be a link that leads away, share its bytes with other names, or be read by
somebody at this moment.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write(place: Path, content: bytes, mode: int | None = None) -> None:
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

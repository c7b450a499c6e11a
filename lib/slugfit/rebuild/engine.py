"""Which engine this is: facts that another one left may mean something else."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from slugfit.base.hashing import sha256_of


def engine_digest() -> bytes:
    """The SHA-256 of the engine's own files, and of the Python that runs it; 32 bytes.

    Raises OSError.
    """
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(sys.version.encode("utf-8"))
    if package.is_dir():
        files = sorted(package.rglob("*.py"))
    else:
        # The single file is an archive.
        files = [next(above for above in package.parents if above.is_file())]
    for file in files:
        digest.update(sha256_of(file))
    return digest.digest()

"""What a bytecode file spares a start, and what it adds to the slug.

The work is told from the sources, so that the same app always gives the same slug: by the words and
marks outside of comments and texts. Measured over 1,200 modules of the standard library and of
packages: modules of half of the bytes, taken in this order, hold 60 % of the time to compile all;
in the order of their measured times it would be 65 %, in any order it is 50 %.
"""

from __future__ import annotations

import re
import zlib

from slugfit.measure.deflate import GZIP_LEVEL

_TOKEN = re.compile(rb"\w+|[^\s\w]")
_TEXT = re.compile(rb'(?s)""".*?"""|\'\'\'.*?\'\'\'|#[^\n]*')


def work_of(source: bytes) -> int:
    """The words and marks of a source outside of comments and texts in three quotes."""
    return len(_TOKEN.findall(_TEXT.sub(b"", source)))


def compressed_size(content: bytes) -> int:
    """The bytes of a file compressed alone, which is no less than it adds to a slug."""
    return len(zlib.compress(content, GZIP_LEVEL))

"""The text of files that people write: in UTF-8, or in what the mark at the beginning says.

Editors and shells of Windows write such marks, and UTF-16: the ``>`` of PowerShell 5 does
(https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_character_encoding).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # Before UTF-16, whose mark its own begins with.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""https://www.unicode.org/faq/utf_bom#bom4."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a file says, and how."""

    text: str
    """What it says, without the mark."""
    encoding: str
    """The codec that wrote it."""
    marked: bool
    """Whether a mark stands at the beginning."""


def decode_text(data: bytes, errors: str = "strict") -> Text:
    """The text of a file; ``errors`` is for UTF-8, as ``bytes.decode`` has it.

    Raises UnicodeDecodeError with ``strict``. In the other encodings, whose bytes no name can hold,
    what cannot be decoded becomes U+FFFD.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            other = errors if encoding == "utf-8" or errors == "strict" else "replace"
            return Text(data[len(mark) :].decode(encoding, other), encoding, marked=True)
    return Text(data.decode("utf-8", errors), "utf-8", marked=False)


def encode_text(text: str, like: Text) -> bytes:
    """The bytes of ``text`` in the encoding of another, with its mark; UnicodeEncodeError."""
    mark = next(mark for mark, encoding in _MARKS if encoding == like.encoding)
    return mark * like.marked + text.encode(like.encoding)


def whole_number(text: str) -> int | None:
    """The number that plain digits write; None for any other text, and for more than 18 digits.

    ``int`` refuses thousands of digits, and ``str.isdigit`` takes signs that ``int`` does not.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


_DIGITS = 18

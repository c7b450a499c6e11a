"""A requirements file made ready for pip where the target is another Python than pip's own. Pure.

pip reads markers for the Python that runs it, whatever --python-version says
(https://github.com/pypa/pip/issues/11664), so those of the file itself are read here.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from slugfit.forecast.markers import MarkerError, marker_holds
from slugfit.scan.requirement_lines import requirement_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OPTION = re.compile(r"(-r|--requirement|-c|--constraint)(?:\s+|=|(?<=-[rc]))(\S.*)")
_INDEX = re.compile(r"(?:-i|--index-url|--extra-index-url)[\s=]+(\S+)")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_MARKED = re.compile(r"([^#;]*?)\s*;\s*(.*?)(\s+--hash[=\s].*)?")


def included_files(text: str) -> list[str]:
    """What a requirements file includes, as it names it."""
    matches = (_OPTION.fullmatch(line) for _, line in requirement_lines(text))
    return [match[2].strip() for match in matches if match]


def named_indexes(text: str, variables: Mapping[str, str]) -> list[str]:
    """The indexes that a requirements file names, with ${VARIABLES} put in as pip does."""
    matches = (_INDEX.fullmatch(line) for _, line in requirement_lines(text))
    urls = [match[1] for match in matches if match]
    return [_VARIABLE.sub(lambda match: variables.get(match[1], match[0]), url) for url in urls]


def for_target(text: str, folder: str, values: Mapping[str, str]) -> str:
    """The same without markers, less what is not for the target; included files by whole paths."""
    return "".join(f"{line}\n" for line in _lines(text, folder, values))


def _lines(text: str, folder: str, values: Mapping[str, str]) -> Iterator[str]:
    for _, line in requirement_lines(text):
        option, marked = _OPTION.fullmatch(line), _MARKED.fullmatch(line)
        if option:
            place = option[2].strip()
            yield f"{option[1]} {place if '://' in place else os.path.join(folder, place)}"
        elif marked and not line.startswith("-"):
            if _holds(marked[2], values):
                yield marked[1] + (marked[3] or "")
        else:
            yield line


def _holds(marker: str, values: Mapping[str, str]) -> bool:
    """What cannot be read stays: pip says what is wrong with it."""
    try:
        return marker_holds(marker, values)
    except MarkerError:
        return True

"""The README's tables, made from the code. `python tests/readme.py` writes them in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
_WHERE = {
    "site": "packages",
    "app": "app",
    "stdlib": "standard library",
    "prefix": "Python's folder",
}


def tables() -> Mapping[str, str]:
    """Each generated part of the README, by the name of its end mark."""
    from slugfit.options import OPTIONS, PREFIX  # noqa: PLC0415 - the path is set by main
    from slugfit.rules import RULES  # noqa: PLC0415

    rules = [
        f"| `{rule.name}` | {rule.reason} | {', '.join(_WHERE[scope] for scope in rule.scopes)} |"
        for rule in RULES
    ]
    settings = [
        f"| `{PREFIX}{option.name}` | {option.accepts} | {option.does}. |" for option in OPTIONS
    ]
    return {
        "rules": "\n".join(["| rule | what goes | where |", "| --- | --- | --- |", *rules]),
        "settings": "\n".join(
            [
                "| config var | accepts (default first) | what it does |",
                "| --- | --- | --- |",
                *settings,
            ]
        ),
    }


def filled(text: str) -> str:
    """``text`` with every part between its marks made anew."""
    for name, table in tables().items():
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(start)
        text = f"{before}{start}\n{table}\n\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "lib"))
    README.write_text(filled(README.read_text("utf-8")), "utf-8")

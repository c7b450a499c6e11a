"""The tables of README and docs, made from the code. `python tools/readme.py` writes them in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rooms

if TYPE_CHECKING:
    from collections.abc import Mapping


ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PLATFORMS = ROOT / "docs/platforms.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
FILLED = (README, PLATFORMS, CONTRIBUTING)
IMAGE = ROOT / "fixtures/emotion_image/Dockerfile"
_WHERE = {
    "installer": "Pipenv's folder",
    "site": "packages",
    "app": "app",
    "stdlib": "standard library",
    "prefix": "Python's folder",
}


def tables() -> Mapping[str, str]:
    """Each generated part, by the name of its marks."""
    from slugfit.catalog.limits import LIMITS  # noqa: PLC0415 - the path is set by main
    from slugfit.catalog.rules import RULES  # noqa: PLC0415
    from slugfit.settings.options import OPTIONS, SETTING_PREFIX  # noqa: PLC0415

    rules = [
        f"| `{rule.name}` | {rule.reason} | {', '.join(_WHERE[scope] for scope in rule.scopes)} |"
        for rule in RULES
    ]
    settings = [
        f"| `{SETTING_PREFIX}{option.name}` | {option.accepts} | {option.does}. |"
        for option in OPTIONS
    ]
    limits = [
        f"| `{limit.name}` | {bounds} | {limit.source} | {'yes' if limit.slugignore else 'no'} |"
        for limit in LIMITS
        for bounds in [", ".join(f"{item.size:,} {item.measure}" for item in limit.bounds)]
    ]
    return {
        "Dockerfile": f"```dockerfile\n{IMAGE.read_text('utf-8')}```",
        "limits": "\n".join(
            [
                "| name | bytes at most | what it is | `.slugignore` |",
                "| --- | --- | --- | --- |",
                *limits,
            ]
        ),
        "rooms": f"```text\n{rooms.picture()}```",
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
    """``text`` with every part between marks made anew."""
    for name, table in tables().items():
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, found, rest = text.partition(start)
        if found:
            text = f"{before}{start}\n{table}\n\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "lib"))
    for file in FILLED:
        file.write_text(filled(file.read_text("utf-8")), "utf-8")

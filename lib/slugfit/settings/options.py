"""OPTIONS: every setting as data, and what its text means."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.paths import path_inside
from slugfit.base.patterns import parse_patterns
from slugfit.base.urls import redact_url
from slugfit.catalog.languages import language_of
from slugfit.catalog.limits import LIMITS, parse_limit
from slugfit.catalog.rules import RULE_NAMES
from slugfit.catalog.size_units import parse_size
from slugfit.catalog.torch_wheels import TORCH_INDEX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


SETTING_PREFIX = "SLUGFIT_"
_YES = ("1", "true", "yes", "on")
_NO = ("", "0", "false", "no", "off")
_LONGEST_SHOWN = 80
_NO_NAME = re.compile(r"[\x00-\x1f\x7f]|(^|\s)#|\$\{|\\$")
_URL = re.compile(r"(https?|file)://[^\s\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: its name as a config var, what it accepts (default first), what it does."""

    name: str
    accepts: str
    default: str
    does: str
    alias: str = ""
    """Another config var that means the same, from older buildpacks; it loses against the name."""


OPTIONS = (
    Option(
        "LEVEL",
        "standard, unused, auto, measure",
        "standard",
        "How much goes: with `unused` also the packages that the app never reaches; `auto` as "
        "little beyond `standard` as the limit asks for, where `BYTECODE` and `PACK` are `auto` "
        "too unless they are set; `measure` changes nothing",
    ),
    Option(
        "LIMIT",
        "a platform (" + ", ".join(limit.name for limit in LIMITS) + "), a size, or two of them",
        "heroku",
        "What the slug is compared with; a size such as `500M` means compressed, "
        "`1200M uncompressed` what is unpacked, and `225Mi, 500Mi uncompressed` both",
    ),
    Option("OVER_LIMIT", "warn, fail", "warn", "Whether a slug over the limit stops the build"),
    Option(
        "BYTECODE",
        "boot, auto, strip, strip-all, keep",
        "boot",
        "Which `.pyc` files the slug has: `boot` those that each start of the app loads, `auto` "
        "of these as many as its limit leaves room for, `strip` of these only Python's own, "
        "`strip-all` none, `keep` all",
    ),
    Option(
        "PACK",
        "off, auto, on",
        "off",
        "Whether large packages are stored in the slug as zstd archives, and unpacked when a "
        "process starts: `auto` as many as it takes to come under the limit, `on` all",
    ),
    Option("VERIFY", "imports, off", "imports", "Import the app's packages before the commit"),
    Option(
        "SMOKE",
        "a command",
        "",
        "Run in the slimmed tree with the app's config vars; what it needs is put back",
    ),
    Option(
        "KEEP",
        "patterns, or names of distributions and imports",
        "",
        "Files of the built slug that never go: `.gitignore` syntax from its root, or a name such "
        "as `opencv-python` or `plug.example` for all files of it",
    ),
    Option(
        "REMOVE",
        "patterns, or names of distributions and imports",
        "",
        "More files of the built slug that go, named in the same ways",
    ),
    Option("RULES_OFF", "names of rules", "", "Rules that are not applied"),
    Option(
        "WORTH",
        "a size",
        "50K",
        "What a rule has to save in one distribution, compressed; less is left alone",
    ),
    Option(
        "COMPILES",
        "0, 1",
        "0",
        "The app compiles when it runs: headers, sources and build files of all packages stay",
    ),
    Option(
        "LOCALES",
        "unset, or locales such as `en, de, pt_BR`",
        "",
        "The languages that the app needs: where the level takes what is `unused`, translations "
        "of installed packages into others go; unset, none does",
    ),
    Option("STRICT", "0, 1", "0", "Stop the build when slimming had to be undone"),
    Option(
        "BUILD_MINUTES",
        "a number, 0 for no end",
        "15",
        "What the platform gives a build; slimming that does not fit is left out, and said",
    ),
    Option(
        "REPORT", "a folder", "", "Where report.json and report.html are written, beside the log"
    ),
    Option(
        "REQUIREMENTS",
        "a file of the app, as seen from its root",
        "",
        "Installed with pip in place of what the app's lock file says, such as "
        "`requirements-heroku.txt`; also read from `PIP_REQUIREMENTS_FILE`",
        "PIP_REQUIREMENTS_FILE",
    ),
    Option(
        "TORCH",
        "unset, cpu, or the URL of an index",
        "",
        "`cpu` takes PyTorch from its index of CPU wheels, or from the one named, without CUDA",
    ),
    Option(
        "UPSTREAM",
        "a folder, an archive, or URL#ref",
        "",
        "The standard buildpack to wrap, instead of the pinned one",
    ),
)


LEVEL_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "auto": {"BYTECODE": "auto", "PACK": "auto"},
}
"""What a LEVEL sets where nobody else does."""


def parse_option(option: Option, value: str, told: str, problems: list[str]) -> object:
    """What ``value`` means; None, with a sentence in ``problems``, if it means nothing."""
    parser = _PARSERS.get(option.name, _choice)
    try:
        return parser(option, value or option.default)
    except ValueError:
        accepts = option.accepts
        if option.name == "RULES_OFF":
            accepts += ": " + ", ".join(RULE_NAMES) + _nearest_rules(value)
        if option.name == "LOCALES":
            accepts += f", not {_shown(', '.join(_no_locales(value)))}"
        problems.append(f"{told} is {_shown(value)!r}; it accepts {accepts}.")
        return None


def _nearest_rules(value: str) -> str:
    """What is meant by the names that no rule has, as far as that can be told."""
    names = RULE_NAMES
    near = {name: difflib.get_close_matches(name, names, 1) for name in _words(value)}
    meant = [f"{name} -> {found[0]}" for name, found in near.items() if found and name not in names]
    return f" ({'; '.join(meant)}?)" if meant else ""


def _words(value: str) -> tuple[str, ...]:
    return tuple(value.replace(",", " ").split())


def _shown(value: str) -> str:
    """A wrong value as an error repeats it: its beginning, and no credentials of a URL."""
    value = redact_url(value)
    return value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "…"


def _choice(option: Option, value: str) -> str:
    if value.lower() not in option.accepts.split(", "):
        raise ValueError(value)
    return value.lower()


def _switch(_: Option, value: str) -> bool:
    if value.lower() not in _YES + _NO:
        raise ValueError(value)
    return value.lower() in _YES


def _minutes(_: Option, value: str) -> float:
    minutes = float(value)
    if not 0 <= minutes < math.inf:
        raise ValueError(value)
    return minutes


def _patterns(option: Option, value: str) -> tuple[str, ...]:
    lines = tuple(line.strip() for line in value.replace(",", "\n").splitlines() if line.strip())
    parse_patterns(lines, source=SETTING_PREFIX + option.name, allow_negation=False)
    return lines


def _rules(_: Option, value: str) -> tuple[str, ...]:
    names = _words(value)
    if any(name not in RULE_NAMES for name in names):
        raise ValueError(value)
    return names


def _no_locales(value: str) -> tuple[str, ...]:
    return tuple(name for name in _words(value) if not language_of(name))


def _locales(_: Option, value: str) -> tuple[str, ...]:
    if _no_locales(value):
        raise ValueError(value)
    return _words(value)


def _file(_: Option, value: str) -> str:
    if not value:
        return ""
    path = path_inside("", value)
    # pip could not read the others' names where a requirements file includes them.
    if path is None or "://" in value or _NO_NAME.search(path):
        raise ValueError(value)
    return path


def _index(_: Option, value: str) -> str:
    if value.lower() == "cpu":
        return TORCH_INDEX
    if value and not _URL.fullmatch(value):
        raise ValueError(value)
    return value.rstrip("/")


_PARSERS: Mapping[str, Callable[[Option, str], object]] = {
    "LIMIT": lambda _, value: parse_limit(value),
    "KEEP": _patterns,
    "REMOVE": _patterns,
    "RULES_OFF": _rules,
    "WORTH": lambda _, value: 0 if value == "0" else parse_size(value),
    "LOCALES": _locales,
    "COMPILES": _switch,
    "STRICT": _switch,
    "BUILD_MINUTES": _minutes,
    "REPORT": lambda _, value: value,
    "SMOKE": lambda _, value: value,
    "REQUIREMENTS": _file,
    "TORCH": _index,
    "UPSTREAM": lambda _, value: value,
}

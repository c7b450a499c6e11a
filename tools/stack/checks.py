"""What must be true after each step of an app's life; each says in a few words what it saw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stack import listing
from stack.build import CACHE, ENVIRONMENT, FOLDERS, PARTS
from stack.programs import BrokenError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stack.build import Build

SECRET = {"SECRET_KEY": "c4n4ry-s3cret"}
"""A config var that no log may show."""
TOLERANCE = 0.01
"""How far the size in the report may be from the slug's own."""
ORDER = 100_000
"""Bytes that the order of the files in the slug may make in addition; it is the file system's."""
OVER_LIMIT = 3
"""bin/compile's exit code for a slug over the limit."""
_RESTORED = re.compile(r"Restoring cache|Using cached (copy|install) of Python")


def detect(made: Build) -> str:
    """bin/detect knows the app, and knows that an empty folder is none."""
    ended = made.detect()
    if ended.code or not ended.out.strip():
        raise BrokenError(f"bin/detect says no (status {ended.code})", ended.said)
    made.container.ask("mkdir", "/stack/notes/empty")
    other = made.detect("/stack/notes/empty")
    if (other.code, other.out, other.err) != (1, "no\n", ""):
        raise BrokenError(f"an empty folder is an app to bin/detect ({other.code})", other.said)
    return f"{ended.out.strip()}; an empty folder is refused"


def compile_(made: Build, log: Path) -> tuple[str, None]:
    """bin/compile ends well, slims, undoes nothing, and shows no config var's value."""
    code = made.compile(log)
    said = log.read_text("utf-8", "replace")
    if code:
        raise BrokenError(f"bin/compile failed (status {code})", said)
    for value in SECRET.values():
        if value in said:
            raise BrokenError("the log shows the value of a config var", said)
    found = made.report()
    if found["undone"]:
        raise BrokenError(f"slimming was undone: {found['undone']}", said)
    before, after = (found[name]["compressed"] / 1e6 for name in ("before", "after"))
    share = after / before - 1
    return f"{before:.1f} -> {after:.1f} MB compressed ({share:+.1%}), {found['verdict']}", None


def report(made: Build) -> str:
    """bin/report prints flat facts, the wrapped buildpack's and Slugfit's own."""
    facts = made.facts()
    missing = {"slugfit_version", "slugfit_after_bytes", "package_manager"} - facts.keys()
    nested = [name for name, value in facts.items() if not isinstance(value, str | int | float)]
    if missing or nested:
        raise BrokenError(f"missing: {sorted(missing)}; not flat: {nested}", str(facts))
    return f"{len(facts)} facts as flat JSON"


def release(made: Build) -> str:
    """bin/release prints YAML."""
    said = made.release()
    if not said.startswith("---"):
        raise BrokenError("bin/release printed no YAML", said)
    return "YAML: " + " ".join(said.split())


def is_untouched(first: Mapping[str, str], made: Build) -> str:
    """Asking for a report and a release writes nothing into the slug."""
    difference = listing.compare(first, made.listing())
    if difference:
        raise BrokenError("bin/report or bin/release changed the slug", str(difference))
    return "bin/report and bin/release changed no file of the slug"


def cache_is_whole(made: Build) -> str:
    """The cache is, file for file, as the wrapped buildpack left it before the slimming."""
    before = listing.parse("\n".join(names(made, "cache")))
    difference = listing.compare(before, made.listing(CACHE, "slugfit"))
    if difference:
        raise BrokenError("slimming changed the build cache", str(difference))
    return f"{len(listing.files(before))} files, none changed by the slimming"


def nothing_left(made: Build) -> str:
    """No temporary file, no stash, nothing in the buildpack but what the contract puts there."""
    before, after = (set(names(made, f"temporary-{when}")) for when in ("before", "after"))
    folders = {
        FOLDERS: {made.folder.rpartition("/")[2], *(after - before)},
        "/slugfit": {*PARTS, ".upstream", "export"},
    }
    left = [
        f"{folder}/{name}"
        for folder, expected in folders.items()
        for name in made.container.ask("ls", "--almost-all", folder).split()
        if name not in expected
    ]
    stash = made.container.ask("find", made.folder, CACHE, ENVIRONMENT, "-name", ".slugfit*")
    if left or stash:
        raise BrokenError("files were left behind", "\n".join([*left, stash]))
    others = f" (the wrapped buildpack: {len(after - before)} in /tmp)" if after - before else ""
    return f"nothing in /tmp, the slug, the cache or the buildpack{others}"


def names(made: Build, note: str) -> list[str]:
    """Lines of a note that inside/compile.sh made."""
    return made.container.ask("cat", f"/stack/notes/{note}").splitlines()


def pack(made: Build, slug: Path) -> tuple[str, None]:
    """The packed slug is as large as the report says."""
    said = made.report()["after"]["compressed"]
    size = int(made.container.ask("bash", "/stack/bin/pack.sh", made.folder))
    with slug.open("wb") as file:
        made.container.run("cat", "/stack/notes/slug.tgz", into=file)
    if abs(said - size) > TOLERANCE * size + ORDER:
        raise BrokenError(f"the slug has {size} bytes, the report says {said}")
    return f"{size / 1e6:.1f} MB by tar and gzip -6; the report is {said / size - 1:+.2%} off", None


def cache_was_used(log: Path) -> str:
    """The second build took Python and the packages out of the cache."""
    said = log.read_text("utf-8", "replace")
    if not _RESTORED.search(said):
        raise BrokenError("the log does not say that the cache was used", said)
    if "Installing collected packages" in said:
        raise BrokenError("packages were installed again", said)
    return "restored; no package was installed again"


def same(first: Mapping[str, str], made: Build) -> str:
    """Both builds made the same slug, to the byte, but for files that name the build's folder."""
    difference = listing.compare(first, made.listing())
    searched = made.container.run("grep", "-rlF", made.folder, made.folder)
    named = {line.removeprefix(f"{made.folder}/") for line in searched.out.splitlines()}
    if difference.gone or difference.new or set(difference.changed) - named:
        raise BrokenError("the second build made another slug", str(difference))
    others = (
        f"; but {len(difference.changed)} with the build's folder in it"
        if difference.changed
        else ""
    )
    return f"{len(listing.files(first))} files, the same content, modes and links{others}"


def are_back(first: Mapping[str, str], made: Build) -> str:
    """With the bytecode kept, its files are in the slug again, and nothing has gone for it.

    Nothing but what Slugfit made itself: the bytecode of the app's start, where there was none.
    """
    now = made.listing()
    difference = listing.compare(first, now)
    back = set(listing.bytecode(now)) - set(listing.bytecode(first))
    if not back or any("__pycache__" not in path for path in difference.gone):
        raise BrokenError(f"{len(back)} files of the rule are back", str(difference))
    return f"{len(back)} .pyc files that the first slug did not have"


def stops(made: Build, log: Path) -> str:
    """A slug over the limit stops the build where that is asked for; bin/report still answers."""
    code = made.compile(log)
    if code != OVER_LIMIT:
        raise BrokenError(f"bin/compile ended with {code}, not {OVER_LIMIT}", log.read_text())
    made.facts()
    return f"bin/compile stops with {code}, bin/report answers"

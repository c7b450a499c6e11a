"""A packed slug as a dyno: it unpacks itself when a process starts, or says why it cannot."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stack import boot
from stack import container as containers
from stack.programs import BrokenError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stack.boot import Booted, Dyno
    from stack.build import Build
    from stack.container import Container
    from stack.engine import Engine

ROOM = 1024
"""KiB that are left on the disk that is to be full: as many as the smallest package takes."""
ERROR = "slugfit: the packages of this app could not be unpacked: "
SMALL = "no package is large enough"
FULL, UNWRITABLE = "there is no space left on the disk", "cannot be written to"
_UNPACKED = re.compile(r"^slugfit: unpacked ([0-9.]+) MB in ([0-9.]+) s$", re.MULTILINE)
_BOOT, _LOOK = "/stack/bin/boot.sh", "bash /stack/bin/look.sh"


def is_packed(made: Build) -> tuple[str, bool]:
    """What the build packed, what that saves and costs; False if nothing is large enough."""
    found = made.report().get("packing") or {}
    if not found.get("archives"):
        refused = str(found.get("refused"))
        if SMALL in refused:
            return refused, False
        raise BrokenError(f"nothing was packed: {refused}")
    words = (
        f"{len(found['archives'])} archives, {found['saved'] / 1e6:.1f} MB less; unpacking took "
        f"{found['boot_seconds']:.1f} s at the build"
    )
    return words, True


def start(engine: Engine, dyno: Dyno) -> str:
    """A web process and a one-off start at once, then the web process again, with 512 MB.

    One of the two unpacks, and both find all; BrokenError, with a log, if not.
    """
    beside, again = (dyno.log.with_name(f"{dyno.log.stem}-{name}.log") for name in ("one-off", "2"))
    with containers.running(engine, dyno.image, dyno.variables, *boot.LIMITS) as container:
        container.unpack(dyno.slug, "/")
        # As many unpack at once as ever do.
        container.put(containers.INSIDE / "nproc.sh", "/usr/local/bin/nproc")
        container.ask("chmod", "755", "/usr/local/bin/nproc", user="root")
        booted, found = _both(container, dyno, beside)
        restarted = _restart(container, replace(dyno, log=again))
    size, seconds = _unpacked(dyno.log, beside)
    return (
        f"{size} MB unpacked in {seconds} s; {booted}; a one-off beside it has all {found} "
        f"packages; when it starts again: port after {restarted.port:.1f} s"
    )


def _both(container: Container, dyno: Dyno, beside: Path) -> tuple[Booted, int]:
    """How the web process booted, and how many packages a one-off beside it found."""
    with dyno.log.open("wb") as output, beside.open("wb") as other:
        web = container.start(("bash", _BOOT, dyno.command), output, "/app")
        one_off = container.start(("bash", _BOOT, _LOOK, "one-off"), other, "/app")
        booted = boot.asked(container, dyno)
        code = one_off.wait(boot.SECONDS)
        # Its number goes too: the probe would take it for the next one's, which has ended.
        container.ask("bash", "-c", "kill $(</stack/notes/web.pid) && rm /stack/notes/web.pid")
        web.wait(boot.SECONDS)
    said = beside.read_text("utf-8", "replace")
    if code:
        raise BrokenError(f"a one-off process ended with {code}", said)
    return booted, int(said.split()[-1])


def _restart(container: Container, dyno: Dyno) -> Booted:
    """The web process once more, which has nothing to unpack."""
    with dyno.log.open("wb") as output:
        web = container.start(("bash", _BOOT, dyno.command), output, "/app")
        try:
            booted = boot.asked(container, dyno)
        finally:
            boot.end(container, web)
    said = dyno.log.read_text("utf-8", "replace")
    if "slugfit:" in said:
        raise BrokenError("the second start has something to unpack", said)
    return booted


def _unpacked(*logs: Path) -> tuple[str, str]:
    """The megabytes and seconds that one of the processes told."""
    said = "\n".join(log.read_text("utf-8", "replace") for log in logs)
    told = _UNPACKED.findall(said)
    if len(told) != 1:
        raise BrokenError(f"{len(told)} processes say that they unpacked, not one", said)
    size, seconds = told[0]
    return size, seconds


def full_disk(engine: Engine, dyno: Dyno) -> str:
    """Where the disk has room for the slug, and for nothing that it unpacks, a start says so."""
    with _on_disk(engine, dyno, "2g") as container:
        used = container.ask("df", "--output=used", "--block-size=1K", "/app").split()[-1]
    with _on_disk(engine, dyno, f"{int(used) + ROOM}k") as container:
        return _refused(container, FULL)


@contextlib.contextmanager
def _on_disk(engine: Engine, dyno: Dyno, size: str) -> Iterator[Container]:
    """A container with the slug on a file system of this size."""
    mount = f"--tmpfs=/app:rw,exec,mode=777,size={size}"
    with containers.running(engine, dyno.image, dyno.variables, mount) as container:
        container.untar(dyno.slug, "/")
        yield container


def unwritable(engine: Engine, dyno: Dyno) -> str:
    """Where the app may not write to its own files, a start says so."""
    with containers.running(engine, dyno.image, dyno.variables) as container:
        container.unpack(dyno.slug, "/")
        container.ask("chown", "--recursive", "root", "/app/.heroku", user="root")
        return _refused(container, UNWRITABLE)


def _refused(container: Container, reason: str) -> str:
    """What a start says, which ends before the command; BrokenError if it says something else."""
    ended = container.run("bash", "-c", f"cd /app && bash {_BOOT} 'echo started' one-off")
    first = ended.err.partition("\n")[0]
    if ended.code != 1 or ended.out or not (first.startswith(ERROR) and reason in first):
        raise BrokenError(f"a start ended with {ended.code}", ended.said)
    return f"a start ends with {ended.code}: {first.removeprefix(ERROR)}"

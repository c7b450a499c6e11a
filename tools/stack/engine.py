"""A Docker that answers: the one that runs on this machine, or one started for this run."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from stack import daemon, packages
from stack.programs import BrokenError, Ended, UnavailableError, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stack.programs import Say


@dataclass(frozen=True, slots=True)
class Engine:
    """How to reach a Docker; ``host`` is None for the one that the client finds by itself."""

    host: str | None
    version: str
    origin: str

    def command(self, *arguments: str | Path) -> tuple[str, ...]:
        """The client's command line."""
        host = ("--host", self.host) if self.host else ()
        return ("docker", *host, *map(str, arguments))

    def run(
        self,
        *arguments: str | Path,
        seconds: float = 300,
        feed: IO[bytes] | None = None,
        into: IO[bytes] | None = None,
    ) -> Ended:
        """Run the client to its end, whatever the end is."""
        return run(self.command(*arguments), seconds, feed=feed, into=into)

    def ask(
        self,
        *arguments: str | Path,
        seconds: float = 300,
        feed: IO[bytes] | None = None,
        into: IO[bytes] | None = None,
    ) -> str:
        """The client's answer, stripped; BrokenError if it has none."""
        ended = self.run(*arguments, seconds=seconds, feed=feed, into=into)
        if ended.code:
            what = " ".join(map(str, arguments[:2]))
            raise BrokenError(f"`docker {what}` failed (status {ended.code})", ended.said)
        return ended.out.strip()


@contextlib.contextmanager
def obtain(work: Path, say: Say) -> Iterator[Engine]:
    """A Docker for as long as the block runs; its data, if it is ours, stays in ``work``.

    Raises UnavailableError if none answers and none can be started.
    """
    found = _answering(None)
    if found is None:
        packages.need("docker.io", "dockerd", say)
        packages.need("docker.io", "docker", say)
        # Where a service manager runs, installing the package has started it.
        found = _answering(None)
    if found is not None:
        yield Engine(None, found, "the one that runs on this machine")
        return
    with daemon.started(work, say) as host:
        version = _answering(host)
        if version is None:
            raise UnavailableError("dockerd started, but the docker client cannot speak to it")
        yield Engine(host, version, "started for this run, stopped after it")


def _answering(host: str | None) -> str | None:
    """The version of the server that answers, or None."""
    probe = Engine(host, "", "").run("info", "--format", "{{.ServerVersion}}", seconds=30)
    # Without a server some clients print an empty version and the error, and exit with 0.
    return probe.out.strip() or None if probe.code == 0 else None

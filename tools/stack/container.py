"""One container: an image's copy with files put in and programs run in it, without a network."""

from __future__ import annotations

import contextlib
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from stack.programs import BrokenError, Ended

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stack.engine import Engine

INSIDE = Path(__file__).resolve().parent / "inside"
"""Scripts that run in a container, where they lie in /stack/bin."""
USER = "dyno"


@dataclass(frozen=True, slots=True)
class Container:
    """A running container, and the environment that programs get in it."""

    engine: Engine
    name: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def arguments(
        self, program: Sequence[str], *, user: str = USER, folder: str = "/"
    ) -> tuple[str, ...]:
        """The client's arguments that run ``program`` in it."""
        environment = [f"--env={name}={value}" for name, value in self.variables.items()]
        place = (f"--user={user}", f"--workdir={folder}")
        return ("exec", *place, *environment, self.name, *program)

    def run(
        self, *program: str, user: str = USER, seconds: float = 900, into: IO[bytes] | None = None
    ) -> Ended:
        """Run a program in it to its end, whatever the end is."""
        return self.engine.run(*self.arguments(program, user=user), seconds=seconds, into=into)

    def ask(self, *program: str, user: str = USER, seconds: float = 900) -> str:
        """A program's output; BrokenError if it fails."""
        ended = self.run(*program, user=user, seconds=seconds)
        if ended.code:
            raise BrokenError(f"{program[0]} failed (status {ended.code})", ended.said)
        return ended.out

    def put(self, source: Path, place: str) -> None:
        """Copy a file or a folder in as ``place``, which does not exist yet; it is root's."""
        self.engine.ask("cp", source, f"{self.name}:{place}")

    def unpack(self, archive: Path, folder: str) -> None:
        """Unpack a tar file of this machine into ``folder``; owners are as in the archive."""
        with archive.open("rb") as file:
            self.engine.ask("cp", "-", f"{self.name}:{folder}", feed=file)

    def untar(self, archive: Path, folder: str) -> None:
        """The same by the container's own tar as its user, for a .tar.gz: also into a mount."""
        command = self.arguments(("tar", "--extract", "--gzip", f"--directory={folder}"))
        with archive.open("rb") as file:
            self.engine.ask(command[0], "--interactive", *command[1:], feed=file)

    def pack(self, place: str, archive: Path) -> None:
        """Write ``place`` as a tar file of this machine, with its last name and its owners."""
        with archive.open("wb") as file:
            self.engine.ask("cp", f"{self.name}:{place}", "-", into=file)

    def start(self, program: Sequence[str], log: IO[bytes], folder: str) -> subprocess.Popen[bytes]:
        """Start a program in it that goes on; the client's process ends with it."""
        command = self.engine.command(*self.arguments(program, folder=folder))
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


@contextlib.contextmanager
def running(
    engine: Engine, image: str, variables: Mapping[str, str], *options: str
) -> Iterator[Container]:
    """A container of ``image`` for as long as the block runs, with a user and folders of its own.

    Raises BrokenError if it cannot be started.
    """
    base = (
        "run",
        "--detach",
        "--rm",
        "--network=none",
        "--user=root",
        "--entrypoint=sleep",
        *options,
    )
    container = Container(engine, engine.ask(*base, image, "infinity")[:12], variables)
    try:
        engine.ask("exec", container.name, "mkdir", "/stack")
        container.put(INSIDE, "/stack/bin")
        container.ask("bash", "/stack/bin/prepare.sh", user="root")
        yield container
    finally:
        engine.run("rm", "--force", "--volumes", container.name)

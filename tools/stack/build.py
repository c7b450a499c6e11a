"""One build in a container of its own: the buildpack's scripts, as the platform runs them."""

from __future__ import annotations

import contextlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stack import container as containers
from stack import image, listing
from stack.app import write_config
from stack.programs import BrokenError, Ended

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stack.app import App
    from stack.container import Container
    from stack.engine import Engine

BUILDPACK = Path(__file__).resolve().parent.parent.parent
PARTS = ("bin", "lib")
CACHE, ENVIRONMENT = "/stack/notes/cache-dir", "/stack/env"
FOLDERS = "/tmp"  # noqa: S108 - of a container, where the platform builds
WHEELHOUSE, UPSTREAM = "/wheelhouse", "/stack/upstream"
COMPILE_SECONDS = 1800
PLATFORM = {
    "HOME": "/app",
    "STACK": image.STACK,
    "REQUEST_ID": "stack-harness",
    "SOURCE_VERSION": "0000000000000000000000000000000000000000",
}
"""What the platform's build has in its environment; config vars are not among it."""
INSTALLER = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": WHEELHOUSE, "SLUGFIT_UPSTREAM": UPSTREAM}
"""Config vars of every build here: packages come out of the wheelhouse alone."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What goes into every build of one app, as folders of this machine.

    With ``archives`` it gets the ``python`` of that version, from there; else the image's own.
    """

    app: App
    upstream: Path
    wheelhouse: Path
    python: str
    archives: Path | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """A build's container, and where the app is in it: another place in every build."""

    container: Container
    folder: str

    def detect(self, folder: str | None = None) -> Ended:
        """bin/detect, of the app or of another folder."""
        return self.container.run("/slugfit/bin/detect", folder or self.folder)

    def compile(self, log: Path) -> int:
        """bin/compile's exit code; what it said is in ``log``."""
        arguments = (self.folder, CACHE, ENVIRONMENT)
        with log.open("wb") as file:
            # The platform shows one stream, in the order in which things were said.
            script = 'exec "$@" 2>&1'
            ended = self.container.run(
                *("bash", "-c", script, "bash", "/slugfit/bin/compile", *arguments),
                seconds=COMPILE_SECONDS,
                into=file,
            )
            file.write(ended.err.encode())
        return ended.code

    def facts(self) -> Mapping[str, Any]:
        """bin/report's answer; BrokenError if that is no JSON object."""
        said = self.container.ask("/slugfit/bin/report", self.folder, CACHE, ENVIRONMENT)
        try:
            found = json.loads(said)
        except ValueError as error:
            raise BrokenError("bin/report printed no JSON", said) from error
        if not isinstance(found, dict):
            raise BrokenError("bin/report printed JSON that is no object", said)
        return found

    def release(self) -> str:
        """bin/release's answer."""
        return self.container.ask("/slugfit/bin/release", self.folder)

    def report(self) -> Mapping[str, Any]:
        """The content of report.json."""
        found = json.loads(self.container.ask("cat", f"{CACHE}/slugfit/report.json"))
        return dict(found)

    def listing(self, folder: str | None = None, leave: str = "nothing") -> Mapping[str, str]:
        """What is in the slug, or in another folder."""
        command = ("bash", "/stack/bin/list.sh", folder or self.folder, leave)
        return listing.parse(self.container.ask(*command))


@contextlib.contextmanager
def prepared(
    engine: Engine, name: str, inputs: Inputs, config: Mapping[str, str], cache: Path | None
) -> Iterator[Build]:
    """A build that is ready to run, of image ``name``; ``cache`` is what the last one left.

    The build folder has the container's name in its own, so it is another one in each build.
    """
    with containers.running(engine, name, PLATFORM) as container:
        build = Build(container, f"{FOLDERS}/build_{container.name[:8]}")
        with tempfile.TemporaryDirectory(prefix="stack-") as draft:
            _put(build, inputs, config, Path(draft))
        if cache:
            container.unpack(cache, "/stack/notes")
        places = (build.folder, CACHE, WHEELHOUSE, UPSTREAM)
        container.ask("bash", "/stack/bin/settle.sh", *places, user="root")
        yield build


def _put(build: Build, inputs: Inputs, config: Mapping[str, str], draft: Path) -> None:
    """Copy everything in, by way of ``draft``: a clean copy of the app, config vars as files."""
    container = build.container
    inputs.app.copy(draft / "app")
    write_config({**INSTALLER, **inputs.app.config, **config}, draft / "env")
    if inputs.archives:
        # Without this the standard buildpack asks for a version of its own.
        (draft / "app/.python-version").write_text(f"{inputs.python}\n", "utf-8")
    container.put(draft / "app", build.folder)
    container.put(draft / "env", ENVIRONMENT)
    container.ask("mkdir", "/slugfit", user="root")
    for part in PARTS:
        container.put(BUILDPACK / part, f"/slugfit/{part}")
    container.put(inputs.upstream, UPSTREAM)
    container.put(inputs.wheelhouse, WHEELHOUSE)
    if inputs.archives:
        container.put(inputs.archives, "/stack/archives")

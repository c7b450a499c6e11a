"""The app's own smoke command: run as on a dyno, with its config vars, and told without them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from typing import TYPE_CHECKING

from slugfit.catalog.variables import NOT_FOR_PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.verify.step import StepContext


SMOKE_SECONDS = 180
"""For the command."""
SMOKE_TOO_LONG = "it took longer than"
"""How it begins why a command failed that was ended."""
_SHORTEST_SECRET = 4
"""Characters: a shorter value is left in what is told, as it may be part of any word."""
_PUBLIC = NOT_FOR_PROGRAMS | {"PWD", "OLDPWD", "TMPDIR", "SHELL", "TERM", "USER", "LOGNAME", "LANG"}
_MOST_TOLD = 200
"""Characters of the command's last line."""


def run_smoke(command: str, context: StepContext) -> str:
    """Run ``command`` with bash in the app's folder; why it failed, or "" if it did not."""
    # A file, not a pipe: what the command leaves running would hold a pipe open.
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["bash", "-c", command],  # noqa: S607 - the one on PATH, as for the app
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(context),
            cwd=context.folder,
            start_new_session=True,
        )
        try:
            code = process.wait(SMOKE_SECONDS)
        except subprocess.TimeoutExpired:
            return f"{SMOKE_TOO_LONG} {SMOKE_SECONDS} seconds"
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if code == 0:
            return ""
        output.seek(0)
        return _told(code, output.read(), context.config_vars.secrets())


def _environment(context: StepContext) -> Mapping[str, str]:
    environment = {
        **os.environ,
        **context.config_vars.for_programs(),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if context.layout.prefix is not None:
        prefix = os.path.abspath(context.root / context.layout.prefix)
        environment["PATH"] = f"{prefix}/bin:{environment.get('PATH', os.defpath)}"
        path = environment.get("LD_LIBRARY_PATH")
        environment["LD_LIBRARY_PATH"] = f"{prefix}/lib:{path}" if path else f"{prefix}/lib"
    return environment


def _told(code: int, output: bytes, variables: Mapping[str, str]) -> str:
    """The exit code and the last line, without any config var's value."""
    text = output.decode("utf-8", "replace")
    secrets = {
        part.strip()
        for name, value in variables.items()
        if name not in _PUBLIC
        for part in (value, *value.splitlines())
    }
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"it ended with status {code}" + (f": {lines[-1][:_MOST_TOLD]}" if lines else "")

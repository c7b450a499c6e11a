"""The app's own smoke command: run as on a dyno, with its config vars, and told without them."""

from __future__ import annotations

import contextlib
import os
import re
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
RECORD_SECONDS = 60
"""For the command while it is only looked at what it loads."""
_LOADED = re.compile(rb"^# code object from '?(/.+?\.py)c?'?$", re.MULTILINE)
"""What Python prints for each module that it loads from a file, source or bytecode.

https://docs.python.org/3/using/cmdline.html#envvar-PYTHONVERBOSE
"""
_SHORTEST_SECRET = 4
"""Characters: a shorter value is left in what is told, as it may be part of any word."""
_PUBLIC = NOT_FOR_PROGRAMS | {"PWD", "OLDPWD", "TMPDIR", "SHELL", "TERM", "USER", "LOGNAME", "LANG"}
_MOST_TOLD = 200
"""Characters of the command's last line."""


def run_smoke(command: str, context: StepContext) -> str:
    """Run ``command`` with bash in the app's folder; why it failed, or "" if it did not."""
    code, output = _run(command, context, _environment(context), SMOKE_SECONDS)
    if code is None:
        return f"{SMOKE_TOO_LONG} {SMOKE_SECONDS} seconds"
    return _told(code, output, context.config_vars.secrets()) if code else ""


def sources_of_smoke(command: str, context: StepContext) -> frozenset[str]:
    """The absolute paths of the sources of all modules that ``command`` loads.

    Of those that it came to: whether it succeeds is not told here.
    """
    environment = {**_environment(context), "PYTHONVERBOSE": "1"}
    _, output = _run(command, context, environment, RECORD_SECONDS)
    return frozenset(_source(os.fsdecode(name)) for name in _LOADED.findall(output))


def _source(file: str) -> str:
    """The source of a module that was loaded from ``file``, which ends in ``.py`` without the c."""
    folder, name = os.path.split(file)
    if os.path.basename(folder) != "__pycache__":
        return file
    return os.path.join(os.path.dirname(folder), f"{name.partition('.')[0]}.py")


def _run(
    command: str, context: StepContext, environment: Mapping[str, str], seconds: float
) -> tuple[int | None, bytes]:
    """The command's status, None if it took longer than ``seconds``, and what it printed."""
    # A file, not a pipe: what the command leaves running would hold a pipe open.
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["bash", "-c", command],  # noqa: S607 - the one on PATH, as for the app
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=context.folder,
            start_new_session=True,
        )
        code = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            try:
                code = process.wait(seconds)
            finally:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        output.seek(0)
        return code, output.read()


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

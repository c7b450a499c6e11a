"""The app's own smoke command: run as on a dyno, with its config vars, and told without them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.verify import Child

SECONDS = 180
NOT_FOR_PROGRAMS = frozenset(
    (
        *("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONHOME", "PYTHONPATH", "HOME", "IFS"),
        *("ENV", "BASH_ENV", "CPATH", "CPPATH", "LIBRARY_PATH", "GIT_DIR", "STACK"),
        *("BUILD_DIR", "CACHE_DIR"),
    )
)
"""Config vars that the platform, too, keeps from the programs of a build."""
_SHORTEST_SECRET = 4
_PUBLIC = NOT_FOR_PROGRAMS | {"PWD", "OLDPWD", "TMPDIR", "SHELL", "TERM", "USER", "LOGNAME", "LANG"}
_MOST_TOLD = 200


def run(command: str, child: Child) -> str:
    """Run ``command`` with bash in the app's folder; why it failed, or "" if it did not."""
    variables = config_vars(child.env_dir)
    environment = {**os.environ, **variables, "PYTHONDONTWRITEBYTECODE": "1"}
    secrets = variables if child.env_dir is not None else os.environ
    if child.layout.prefix is not None:
        prefix = os.path.abspath(child.root / child.layout.prefix)
        environment["PATH"] = f"{prefix}/bin:{environment.get('PATH', os.defpath)}"
        path = environment.get("LD_LIBRARY_PATH")
        environment["LD_LIBRARY_PATH"] = f"{prefix}/lib:{path}" if path else f"{prefix}/lib"
    # A file, not a pipe: what the command leaves running would hold a pipe open.
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["bash", "-c", command],  # noqa: S607 - the one on PATH, as for the app
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=child.folder,
            start_new_session=True,
        )
        try:
            code = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return f"it took longer than {SECONDS} seconds"
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if code == 0:
            return ""
        output.seek(0)
        return _told(code, output.read(), secrets)


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


def config_vars(env_dir: Path | None) -> Mapping[str, str]:
    """The app's config vars from an ENV_DIR; none without one, for then they are inherited."""
    found: dict[str, str] = {}
    for name in sorted(os.listdir(env_dir)) if env_dir is not None and env_dir.is_dir() else ():
        if name not in NOT_FOR_PROGRAMS:
            with contextlib.suppress(OSError, ValueError):
                value = (env_dir / name).read_text("utf-8") if env_dir else ""
                found[name] = value.removesuffix("\n")
    return found

"""Programs run by an environment's Python: nothing of this process reaches them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

HERMETIC = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    # Threads for every core only slow imports and tiny models down, and forks dislike them.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "HF_HUB_OFFLINE": "1",
    "MPLBACKEND": "agg",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: 0 is well, a negative number is a signal, None is out of time."""

    code: int | None
    out: str

    @property
    def fault(self) -> str | None:
        """Why it did not end well, in one line, or None."""
        if self.code == 0:
            return None
        lines = [line.strip() for line in self.out.splitlines() if line.strip()]
        how = "out of time" if self.code is None else f"status {self.code}"
        return f"{lines[-1][:200]} ({how})" if lines else how


def run(
    command: Sequence[str | Path],
    seconds: float,
    *,
    feed: str = "",
    variables: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Ended:
    """Run ``command`` with an empty home; end it with all that it started.

    It starts in ``folder``, or in its home if none is given.
    """
    empty = tempfile.TemporaryDirectory(prefix="corpus-", ignore_cleanup_errors=True)
    with empty as home, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as input_:
        input_.write(feed.encode())
        input_.seek(0)
        process = subprocess.Popen(
            list(map(str, command)),
            stdin=input_,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder or home,
            env={"HOME": home, "TMPDIR": home, "PATH": "/usr/local/bin:/usr/bin:/bin"}
            | HERMETIC
            | dict(variables or {}),
            start_new_session=True,
        )
        try:
            code: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        return Ended(code, output.read().decode("utf-8", "replace"))

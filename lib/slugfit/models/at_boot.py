"""Fetches the models that a process starts with; .profile.d/slugfit_models.sh calls it.

    python -I -S -B at_boot.py HOME

Reads models.json in the folder above and puts each file below HOME. All that is said goes to
standard error, nothing if everything is there. Exit code 0, or 1 if a model that is required is
missing.
Runs on every Python from 3.8, and needs only the modules that lie beside it in the slug.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    # Isolated mode looks for modules only in the standard library, so this comes first.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from slugfit.base.errors import ModelError
from slugfit.base.words import megabytes
from slugfit.models.download import DownloadContext, download_model
from slugfit.models.wanted import WantedModel, is_in_place, model_place, model_token

if TYPE_CHECKING:
    from collections.abc import Mapping


AT_ONCE = 4
"""Models that are fetched at a time."""
BOOT_SECONDS = 60
"""A web process must bind its port within this, or the platform stops it.

https://devcenter.heroku.com/articles/error-codes#r10-boot-timeout
"""


def main(listed: Path, home: Path, environment: Mapping[str, str], means: DownloadContext) -> int:
    """Fetch what the file ``listed`` names; returns the exit code."""
    wanted = [WantedModel(**item) for item in json.loads(listed.read_text("utf-8"))["models"]]
    started = means.now()

    def get(order: WantedModel) -> tuple[WantedModel, int, ModelError | None]:
        try:
            return order, _get(order, home, environment, means), None
        except ModelError as error:
            return order, 0, error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(get, wanted))
    failures = [(order, error) for order, _, error in outcomes if error is not None]
    for _, error in failures:
        for line in filter(None, (error.what, error.why, error.todo)):
            means.tell(f"! {line}")
    if failures or any(size for _, size, _ in outcomes):
        _sum_up(means, means.now() - started, len(failures))
    return int(any(order.required for order, _ in failures))


def _sum_up(means: DownloadContext, seconds: float, failed: int) -> None:
    state = f"{failed} models are missing" if failed else "all models are in place"
    means.tell(f"{state} after {seconds:.1f} s")
    if seconds > BOOT_SECONDS / 2:
        means.tell(
            f"a web process has {BOOT_SECONDS} s in all until its port must be bound; keep large "
            'models on a nearer host, or in the slug (when = "build")'
        )


def _get(
    order: WantedModel, home: Path, environment: Mapping[str, str], means: DownloadContext
) -> int:
    """The bytes received for one model, 0 if it is there; raise ModelError."""
    target = model_place(home, order.path)
    if is_in_place(order, target):
        return 0
    token = model_token(order, lambda name: environment.get(name, ""))
    started = means.now()
    size = download_model(order, token, target, means)
    if size:
        spent = means.now() - started
        means.tell(f"{order.path}: {megabytes(size)} MB in {spent:.1f} s")
    return size


def _tell(line: str) -> None:
    # One write a line: several downloads tell at once.
    sys.stderr.write(f"slugfit: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    # Somebody's Ctrl-C ends it at once, with the downloads that run in threads.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    own = Path(__file__).resolve().parent.parent / "models.json"
    sys.exit(main(own, Path(sys.argv[1]), os.environ, DownloadContext(_tell)))

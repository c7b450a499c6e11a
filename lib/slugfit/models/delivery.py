"""Models at build time: from the network to the build cache, and from there into the app."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slugfit.base.errors import ModelError
from slugfit.base.words import megabytes
from slugfit.models.boot_script import write_boot_script
from slugfit.models.connection import shown_address
from slugfit.models.download import DownloadContext, download_model, unwritable
from slugfit.models.partial_download import partial_path
from slugfit.models.wanted import WantedModel, file_digest, is_in_place, model_place, model_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


State = Literal["there", "cached", "fetched", "boot", "missing"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one model."""

    order: WantedModel
    """The model."""
    state: State
    """What was done."""
    size: int
    """Bytes; 0 if it is not in the tree."""


@dataclass(frozen=True, slots=True)
class ModelSite:
    """Where models go, and who gives their tokens."""

    root: Path
    """The app's root."""
    cache: Path | None
    """The folder that keeps them between builds, None if there is none."""
    variable: Callable[[str], str]
    """Gives the value of a config var, "" if it is not set."""


def deliver_models(
    wanted: Sequence[WantedModel], site: ModelSite, means: DownloadContext
) -> tuple[Delivered, ...]:
    """Put every model where it belongs, tell a line for each, and forget those not wanted.

    Raises one ModelError with all that went wrong; what stands in the way of a model is found
    before anything is fetched, and never replaced.
    """
    _together([error for order in wanted for error in _in_the_way(order, site.root)])
    done: list[Delivered] = []
    failures: list[ModelError] = []
    for order in wanted:
        try:
            done.append(_one(order, site, means))
        except ModelError as error:  # noqa: PERF203 - one may fail, the others not
            if order.required:
                failures.append(error)
            else:
                _excuse(error, means)
                _drop_part(order, site)
                done.append(Delivered(order, "missing", 0))
    if site.cache is not None:
        _forget(site.cache, wanted)
    _together(failures)
    write_boot_script([item.order for item in done if item.state == "boot"], site.root)
    return tuple(done)


def _together(failures: Sequence[ModelError]) -> None:
    """Raise them as one, if there are any."""
    if len(failures) == 1:
        raise failures[0]
    if failures:
        told = (f"- {error.what}\n  {error.why}\n  {error.todo}" for error in failures)
        raise ModelError(f"{len(failures)} models cannot be had:\n" + "\n".join(told))


def _excuse(error: ModelError, means: DownloadContext) -> None:
    for line in filter(None, (error.what, error.why, error.todo)):
        means.tell(f"! {line}")
    means.tell("! The build goes on, because the model says required = false.")


def _drop_part(order: WantedModel, site: ModelSite) -> None:
    """Ship no half of a model that the build goes on without; what the cache has of it stays."""
    with contextlib.suppress(OSError):
        partial_path(site.root / order.path, order.sha256).unlink()


def _in_the_way(order: WantedModel, root: Path) -> list[ModelError]:
    try:
        is_in_place(order, model_place(root, order.path))
    except ModelError as error:
        return [error]
    return []


def _one(order: WantedModel, site: ModelSite, means: DownloadContext) -> Delivered:
    target = model_place(site.root, order.path)
    if is_in_place(order, target):
        size = target.stat().st_size
        hint = "; leave it out of the source to have it fetched at boot" * (order.when == "boot")
        means.tell(f"{order.path}: {megabytes(size)} MB, in the app already{hint}")
        return Delivered(order, "there", size)
    if order.when == "boot":
        means.tell(f"{order.path}: fetched when a process starts")
        return Delivered(order, "boot", 0)
    stored = target if site.cache is None else site.cache / order.sha256
    started = means.now()
    state: State = "cached"
    told = "from the build cache"
    if not _is_stored(order, stored):
        token = model_token(order, site.variable)
        means.tell(f"{order.path}: fetching from {shown_address(order.url)}")
        download_model(order, token, stored, means)
        state, told = "fetched", f"fetched in {means.now() - started:.1f} s"
    if stored != target:
        _copy(order, stored, target)
    size = target.stat().st_size
    means.tell(f"{order.path}: {megabytes(size)} MB, {told}")
    return Delivered(order, state, size)


def _is_stored(order: WantedModel, stored: Path) -> bool:
    try:
        return file_digest(stored) == order.sha256
    except OSError:
        return False


def _copy(order: WantedModel, stored: Path, target: Path) -> None:
    """Copy completely or not at all: the cache and the app must not share one file."""
    copy = partial_path(target, order.sha256)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(stored, copy)
        copy.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            copy.unlink()
        raise unwritable(order, error) from error


def _forget(cache: Path, wanted: Sequence[WantedModel]) -> None:
    """Drop from the cache what no model names any more, files and their parts."""
    stored = [cache / order.sha256 for order in wanted if order.when == "build"]
    kept = {*stored, *(partial_path(file, file.name) for file in stored)}
    if cache.is_dir():
        for file in cache.iterdir():
            if file not in kept:
                with contextlib.suppress(OSError):
                    file.unlink()


def delivery_document(done: Sequence[Delivered]) -> Mapping[str, object]:
    """What became of the models, as a JSON object; sizes in bytes."""
    return {
        "version": 1,
        "models": [
            {
                "path": item.order.path,
                "sha256": item.order.sha256,
                "when": item.order.when,
                "state": item.state,
                "bytes": item.size,
            }
            for item in done
        ],
    }

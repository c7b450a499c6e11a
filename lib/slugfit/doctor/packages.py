"""Packages that are heavier than the app needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.catalog.development import DEVELOPMENT_TOOLS
from slugfit.catalog.requirers import REQUIRES_OPENCV
from slugfit.catalog.swaps import SWAPS
from slugfit.doctor.changes import renamed, requirers, share_of, size_of, without
from slugfit.doctor.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App, Requirement


_OPENCV = ("opencv-python", "opencv-contrib-python")
_WINDOWS = frozenset({"imshow", "namedWindow", "waitKey", "destroyAllWindows", "createTrackbar"})
"""https://docs.opencv.org/4.x/d7/dfc/group__highgui.html"""
_FRAMEWORKS = {
    "torch": ("torch",),
    "tensorflow": ("tensorflow", "keras"),
    "tensorflow-cpu": ("tensorflow", "keras"),
}
"""The modules by which the app would use each."""
_TRAINS = frozenset(
    (
        *("backward", "optim", "DataLoader", "fit", "fit_generator", "compile", "train_on_batch"),
        *("GradientTape", "Trainer", "zero_grad", "train_step", "minimize", "apply_gradients"),
    )
)
"""Names that training needs, or may."""
_RUNS = frozenset(
    ("no_grad", "inference_mode", "load_model", "load_weights", "load_state_dict", "predict")
)
"""Names that say that a trained model is run."""


def package_findings(app: App) -> Iterator[Finding]:
    """OpenCV's forms, training frameworks, developers' tools."""
    yield from _opencv(app)
    yield from _training(app)
    imported = {top for source in app.sources for top in source.tops() if not is_test(source.path)}
    for item in app.required():
        tool = DEVELOPMENT_TOOLS.get(item.name)
        if tool is not None and imported.isdisjoint({item.name.replace("-", "_"), *tool.modules}):
            if any(item.name in process.command for process in app.processes):
                continue
            size = size_of(app, item.name)
            edits = without(app, item)
            yield Finding(
                "development-package",
                item.file,
                item.line,
                item.name,
                (tool.what,),
                size,
                edits,
                mechanical=False,
            )


def is_test(path: str) -> bool:
    """Whether a file of the app is of its tests, which no process runs."""
    *folders, name = path.split("/")
    return (
        not {"test", "tests"}.isdisjoint(folders)
        or name.startswith("test_")
        or name.endswith("_test.py")
        or name in ("tests.py", "conftest.py", "noxfile.py", "setup.py")
    )


def _opencv(app: App) -> Iterator[Finding]:
    items = [item for item in app.required() if item.name.startswith("opencv-")]
    known = {item.name: item for item in reversed(items)}
    others = sorted(name for name in known if name in _FLAVOURS)
    if len(others) > 1:
        first, second = known[others[0]], known[others[1]]
        later = max(first, second, key=lambda item: (item.file, item.line))
        plain = next((item for item in (first, second) if item.name in _OPENCV), later)
        contrib = any("contrib" in name for name in others)
        # What goes is the plain form, or the one without contrib's modules.
        gone = next(
            (item for item in (first, second) if contrib and "contrib" not in item.name), plain
        )
        why = (*others,)
        size, edits = size_of(app, gone.name), without(app, gone)
        yield Finding("opencv-twice", gone.file, gone.line, gone.name, why, size, edits)
    for item in items:
        if item.name in _OPENCV and len(others) == 1:
            yield _windows(app, item)


_FLAVOURS = frozenset((*_OPENCV, *(f"{name}-headless" for name in _OPENCV)))


def _windows(app: App, item: Requirement) -> Finding:
    swap = next(swap for swap in SWAPS if swap.distribution == item.name)
    used = sorted(
        name for source in app.sources if "cv2" in source.tops() for name in _WINDOWS & source.names
    )
    brings = requirers(app, REQUIRES_OPENCV[item.name])
    why = (swap.instead, ", ".join(used[:3]), ", ".join(brings))
    size = None if brings else share_of(size_of(app, item.name), 1 - swap.keeps)
    edits = () if brings else renamed(app, item, swap.instead)
    return Finding(
        "opencv-windows",
        item.file,
        item.line,
        item.name,
        why,
        size,
        edits,
        mechanical=not used,
    )


def _training(app: App) -> Iterator[Finding]:
    sources = [source for source in app.sources if not is_test(source.path)]
    names = frozenset().union(*(source.names for source in sources))
    for item in app.required():
        modules = _FRAMEWORKS.get(item.name, ())
        users = [source for source in sources if not source.tops().isdisjoint(modules)]
        if not users or _TRAINS & names:
            continue
        shown = sorted(_RUNS & frozenset().union(*(source.names for source in users)))
        swap = next((swap for swap in SWAPS if _replaces(swap.distribution, item.name)), None)
        if shown and swap is not None:
            size = share_of(size_of(app, item.name), 1 - swap.keeps)
            why = (swap.instead, swap.caveat, ", ".join(shown), users[0].path)
            yield Finding(
                "training-framework",
                item.file,
                item.line,
                item.name,
                why,
                size,
                write=(swap.line,),
            )


def _replaces(distribution: str, name: str) -> bool:
    wanted = "tensorflow-cpu" if name == "tensorflow" else name
    return distribution == wanted and distribution in ("torch", "tensorflow-cpu")

"""Tries things one by one and tells how each went; run in a child, by the app's interpreter.

Standard input is one JSON object: ``steps`` ([kind, name, needed] each), ``seconds`` and
``spare_seconds`` for one that is needed and one that is not, ``spare`` (seconds for all that are
not needed) and ``deadline`` (when these end, if a child before this one began them), ``paths``
(folders for sys.path), ``root``, ``unchanged`` (folders that nothing may write to), ``stash``,
``folder`` (to run in), ``django`` (whether to set Django up first), ``shown`` (what stands for
``root`` where the app runs) and ``more`` (start_probe.py, if it has the kind of a step). For each
step one JSON line goes to the descriptor that standard output was; whatever the modules print goes
to standard error. Runs on every Python from 3.8. Its text is what the child is started with.
"""

from __future__ import annotations

import sys

OWN = frozenset(sys.modules)
"""The modules that this Python loads for every program."""

import errno
import functools
import gc
import importlib
import json
import os
import signal
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


NETWORK = {"socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind"}
"""Audit events of code that would talk to somebody.

https://docs.python.org/3/library/audit_events.html lists all events and their arguments.
"""
CHANGES = {
    *("os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"),
    *("os.truncate", "os.utime", "sqlite3.connect"),
}
"""Audit events of code that would change a file, whose name is among the first two arguments."""
MOST_BUSY = 5
"""How many times as long as on an idle machine a step may take, at most."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def read_bytecode_from(root: str, stash: str) -> None:
    """Let the import system find bytecode that was moved aside.

    The sources beside it are unchanged and are checked against it as ever; compiling them anew
    would only make the verification three times slower.
    """
    external: Any = importlib._bootstrap_external  # noqa: SLF001 - there is no public way
    usual = external.cache_from_source

    def moved(path: str, *arguments: object, **options: object) -> str:
        cached: str = usual(path, *arguments, **options)
        if cached.startswith(root + os.sep) and not os.path.exists(cached):
            return os.path.join(stash, os.path.relpath(cached, root))
        return cached

    external.cache_from_source = moved


def set_django_up() -> None:
    """Give Django settings, as without any most of its add-ons refuse to be imported.

    Not the app's own: those are a step of their own. Whatever fails here fails again, and is
    told, when the modules are imported.
    """
    try:
        conf = importlib.import_module("django.conf")
        conf.settings.configure(
            INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"], USE_TZ=True
        )
        importlib.import_module("django").setup()
    except Exception as error:  # noqa: BLE001 - told when the modules are imported
        sys.stderr.write(f"django: {error}\n")


def import_module(name: str, removed: Callable[[str], bool]) -> None:
    """Import ``name``, and what it loads only when somebody asks for it.

    A package with a ``__getattr__`` of its own (https://peps.python.org/pep-0562/, as lazy_loader
    makes one) is asked for all that ``__all__`` promises, except for parts that want a package
    which is not installed: nobody can use those, and they would hide what is wrong with the parts
    after them. ``module:name`` is ``from module import name``.
    """
    name, _, inner = name.partition(":")
    module = importlib.import_module(name)
    if inner:
        if not hasattr(module, inner):
            importlib.import_module(f"{name}.{inner}")
    elif "__getattr__" in vars(module):
        for attribute in list(vars(module).get("__all__", ())):
            try:
                getattr(module, attribute)
            except ModuleNotFoundError as error:  # noqa: PERF203 - each may fail
                if not error.name or "." in error.name or removed(error.name):
                    raise


def was_removed(name: str, root: str, stash: str) -> bool:
    """Whether the top-level module ``name`` was moved aside, out of a folder of sys.path."""
    inside = [
        folder for folder in sys.path if stash and (folder + os.sep).startswith(root + os.sep)
    ]
    places = [os.path.join(stash, os.path.relpath(folder, root)) for folder in inside]
    return any(
        entry.partition(".")[0] == name
        for place in places
        if os.path.isdir(place)
        for entry in os.listdir(place)
    )


def load_library(path: str) -> None:
    """Load a shared library as the dynamic linker does, without looking its symbols up."""
    import ctypes  # noqa: PLC0415 - a Python without it has no libraries to load

    ctypes.CDLL(path, mode=os.RTLD_LAZY)


def set_up(settings: str) -> None:
    """``django.setup()`` with the app's own settings: all its installed apps and their models.

    The app's code runs here, from the app's folder; it may not reach the network.
    """
    sys.addaudithook(forbid_network)
    sys.path.insert(0, os.getcwd())
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    importlib.import_module("django").setup()


def forbid_network(event: str, _: object) -> None:
    """Raise OSError for what somebody else would notice."""
    if event in NETWORK:
        raise OSError("no network while the slug is verified")


def forbid_changes(
    roots: tuple[str, ...],
    event: str,
    arguments: Any,  # noqa: ANN401 - as hooks get it
) -> None:
    """Raise OSError for what would change a file below ``roots``: they ship as it was planned.

    The usual case are caches beside the code, as numba writes them; such code has another place
    for them, or goes without, because a slug's folders may not be writable.
    """
    if event == "open":
        if not arguments[2] & WRITING:
            return
    elif event not in CHANGES:
        return
    for place in arguments[:2]:
        if isinstance(place, (str, bytes)):
            path = os.path.abspath(os.fsdecode(place))
            if path.startswith(roots):
                raise OSError(errno.EROFS, "no writing to the slug while it is verified", path)


def kinds(root: str, stash: str) -> dict[str, Callable[[str], object]]:
    """How a step of each kind is tried, by its name."""
    removed = functools.partial(was_removed, root=root, stash=stash)
    return {
        "import": functools.partial(import_module, removed=removed),
        "load": load_library,
        "setup": set_up,
    }


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """``error`` and all that led to it."""
    seen: list[int] = []
    while error is not None and id(error) not in seen:
        seen.append(id(error))
        yield error
        before = error.__cause__ or error.__context__
        if isinstance(error, ModuleNotFoundError) and isinstance(before, AttributeError):
            # How the import system itself notices that "'os' is not a package".
            return
        error = before


def attempt(step: Callable[[str], object], name: str) -> dict[str, Any]:
    """Try one step; ``error`` as text or None, ``found`` what it answers.

    ``missing`` are the modules that could not be found on the way, or None if anything else than
    imports failed.
    """
    try:
        found = step(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - SystemExit at import is a failure too
        text = str(error).strip().splitlines()
        errors = list(chain(error))
        plain = all(isinstance(item, ImportError) for item in errors)
        absent = [item.name for item in errors if isinstance(item, ModuleNotFoundError)]
        return {
            "error": f"{type(error).__name__}: {text[0] if text else ''}",
            "missing": absent if plain and all(absent) else None,
        }
    return {"error": None, "missing": None, "found": found}


def busy() -> float:
    """How many programs want each processor, at least 1."""
    try:
        cores = len(os.sched_getaffinity(0))
        return max(1.0, min(MOST_BUSY, os.getloadavg()[0] / cores))
    except (AttributeError, OSError):
        return 1.0


def limit_time(seconds: float) -> None:
    """End this process after ``seconds`` of the processor, or when it waits for much longer.

    Never, if that is 0. Whatever the step is busy with, unless it takes the signals for itself. A
    machine with other work gives no program all of its time, which says nothing about the step.
    """
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * busy())


def answer_all(
    task: dict[str, Any],
    tries: dict[str, Callable[[str], object]],
    answers: Any,  # noqa: ANN401 - a text stream
) -> None:
    """Try the steps in turn; those that are not needed only while their time lasts."""

    def tell(**answer: object) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    deadline = task["deadline"]
    needed = [step for step in task["steps"] if step[2]]
    spare = [step for step in task["steps"] if not step[2]]
    for kind, name, _ in needed:
        answer(kind, name, tries, task["seconds"], tell)
    # What is loaded already costs nothing.
    spare.sort(key=lambda step: step[1] not in sys.modules)
    for kind, name, _ in spare:
        if deadline is None:
            deadline = time.monotonic() + task["spare"]
            tell(deadline=deadline)
        if deadline <= time.monotonic():
            tell(skipped=name)
            break
        answer(kind, name, tries, task["spare_seconds"], tell)


def answer(
    kind: str,
    name: str,
    tries: dict[str, Callable[[str], object]],
    seconds: float,
    tell: Callable[..., None],
) -> None:
    """Try one step and tell how it went."""
    # So that a Python that ends in this step is known to have come so far.
    tell(start=name, of=kind)
    limit_time(seconds)
    found = attempt(tries[kind], name)
    limit_time(0)
    tell(kind=kind, name=name, **found)


def main() -> None:
    """Answer for every step of the task."""
    task = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.dont_write_bytecode = True
    os.chdir(task["folder"])
    sys.path[:0] = task["paths"]
    roots = tuple(root + os.sep for root in task["unchanged"])
    sys.addaudithook(lambda event, arguments: forbid_changes(roots, event, arguments))
    if task["stash"]:
        read_bytecode_from(task["root"], task["stash"])
    tries = kinds(task["root"], task["stash"])
    more: dict[str, Any] = {"__name__": "start_probe"}
    exec(task["more"], more)  # noqa: S102 - a file of this program
    if task["steps"][-1][0] == "loaded":
        more["begin"](OWN)
    else:
        # Modules are made of objects that stay, and looking through them for cycles was a third of
        # the time of importing them. Where the time of a start is taken, all is as in the app.
        gc.disable()
    if task["django"]:
        set_django_up()
    if task["more"]:
        tries.update(more["kinds"](task["root"], task["shown"]))
    answer_all(task, tries, answers)
    # Threads and atexit handlers of what was imported are nobody's business here.
    os._exit(0)


if __name__ == "__main__":
    main()

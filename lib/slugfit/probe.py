"""Imports modules one by one and tells how each went; run in a child, by the app's interpreter.

Standard input is one JSON object: ``modules`` (dotted names), ``paths`` (folders for sys.path),
``root``, ``stash`` and ``django`` (whether to set Django up first). For each module one JSON line
goes to the descriptor that standard output was; whatever the modules print goes to standard error.
Runs on every Python from 3.8.
"""

import importlib
import json
import os
import sys
from typing import Any, Optional


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

    Not the app's own: those may connect to things. Whatever fails here fails again, and is told,
    when the modules are imported.
    """
    try:
        conf = importlib.import_module("django.conf")
        conf.settings.configure(
            INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"], USE_TZ=True
        )
        importlib.import_module("django").setup()
    except Exception as error:  # noqa: BLE001 - told when the modules are imported
        sys.stderr.write(f"django: {error}\n")


def attempt(name: str) -> Optional[str]:  # noqa: UP045 - 3.8 and 3.9 read this file too
    """Import ``name``; the error as text, or None."""
    try:
        importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - SystemExit at import is a failure too
        text = str(error).strip().splitlines()
        return "{}: {}".format(type(error).__name__, text[0] if text else "")
    return None


def main() -> None:
    """Answer for every module of the task."""
    task = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.dont_write_bytecode = True
    sys.path[:0] = task["paths"]
    if task["stash"]:
        read_bytecode_from(task["root"], task["stash"])
    if task["django"]:
        set_django_up()
    for name in task["modules"]:
        answers.write(json.dumps({"start": name}) + "\n")
        answers.flush()
        answers.write(json.dumps({"module": name, "error": attempt(name)}) + "\n")
        answers.flush()
    # Threads and atexit handlers of what was imported are nobody's business here.
    os._exit(0)


if __name__ == "__main__":
    main()

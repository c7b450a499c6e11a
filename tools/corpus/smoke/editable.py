# mypy: ignore-errors
# ruff: noqa: PLC0415, BLE001
"""Packages that are installed from git, editable, do their work."""

import os
import sys


def with_counted() -> list[str]:
    """A package that alone imports another's tests."""
    import counted

    return [str(counted.count() > 2), _place(counted)]


def with_httpx() -> list[str]:
    """A client and its transports."""
    import httpx

    with httpx.Client(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, json=[1]))
    ) as one:
        return [str(one.get("https://example.invalid/").json()), _place(httpx)]


def with_more_itertools() -> list[str]:
    """A package of pure functions."""
    import more_itertools

    return [str(list(more_itertools.chunked("abcde", 2))), _place(more_itertools)]


def _place(module: object) -> str:
    """Whether a module is where its repository is."""
    return str("/site-packages/" not in module.__file__)


def main() -> int:
    """Print what each step found; the last word is only said where none failed."""
    failed = False
    for name, step in sorted(globals().items()):
        if name.startswith("with_"):
            try:
                found = step()
            except Exception as error:
                found, failed = f"{type(error).__name__}: {error}", True
            sys.stdout.write(f"{name[5:]}: {found}\n".replace(os.getcwd(), "HERE"))
    if not failed:
        sys.stdout.write("ok\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

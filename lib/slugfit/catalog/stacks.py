"""STACKS: the images that slugs run on, by their C library, which decides the wheels that fit."""

from __future__ import annotations

STACKS = {
    # https://devcenter.heroku.com/articles/stack has the Ubuntu of each;
    # https://packages.ubuntu.com/search?keywords=libc6&searchon=names its C library.
    "heroku-22": (2, 35),
    "heroku-24": (2, 39),
    "heroku-26": (2, 43),
}
"""The version of glibc."""

STACK = "heroku-24"
"""What stands for a slug that is made here, too: wheels for a newer glibc are rare."""

ARCHITECTURES = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}
"""The names that people use, and those of wheels: https://peps.python.org/pep-0600/."""

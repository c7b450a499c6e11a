"""Runs a program and notes what it loaded of an environment; run by the environment's own Python.

The arguments are the program and a file for the answers: the modules from below the environment
that are loaded when the program ends, with their files, and the version of each distribution.
"""

import importlib.metadata
import json
import os
import runpy
import sys


def loaded() -> "dict[str, str]":
    below = os.path.realpath(sys.prefix) + os.sep
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.copy().items()}
    real = {name: os.path.realpath(file) for name, file in files.items() if file}
    return {
        name: file[len(below) :] for name, file in sorted(real.items()) if file.startswith(below)
    }


def versions() -> "list[str]":
    dists = importlib.metadata.distributions()
    return sorted("{} {}".format(dist.metadata["Name"], dist.version) for dist in dists)


def main() -> None:
    program, answers = sys.argv[1:]
    sys.argv = [program]
    this = os.getpid()
    try:
        runpy.run_path(program, run_name="__main__")
    finally:
        # Not in a child that the program forked.
        if os.getpid() == this:
            with open(answers, "w", encoding="utf-8") as file:
                json.dump({"modules": loaded(), "versions": versions()}, file)


if __name__ == "__main__":
    main()

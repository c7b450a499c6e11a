"""Runs pytest and tells which tests passed; run by an environment's own Python.

The task is one JSON object in the first argument. pytest comes from a folder of its own at the end
of the path: where the environment has the same package, the environment's is used.
"""

import json
import os
import sys
from typing import Any


class Passed:
    """Collects the node ids of passed tests."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def pytest_runtest_logreport(self, report: Any) -> None:  # noqa: ANN401 - no pytest here
        if report.when == "call" and report.passed:
            self.found.append(report.nodeid)


def main() -> None:
    task = json.loads(sys.argv[1])
    sys.path.append(task["pytest"])
    import pytest  # noqa: PLC0415 - it is on the path now

    passed = Passed()
    options = ["-q", "--numprocesses=2", "-p", "no:cacheprovider", "-c", os.devnull]
    options += [f"--rootdir={task['root']}", "-W", "ignore", f"--confcutdir={task['root']}"]
    paths = [os.path.join(task["root"], path) for path in task["paths"]]
    pytest.main([*options, *paths], plugins=[passed])
    with open(task["answers"], "w", encoding="utf-8") as file:
        json.dump(sorted(passed.found), file)


if __name__ == "__main__":
    main()

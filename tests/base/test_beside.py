"""Work in a process beside this one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from slugfit.base.beside import beside, cores

PROGRAM = """
import os, sys
sys.path.insert(0, sys.argv[1])
from slugfit.base.beside import beside

PID = os.getpid()

def act():
    {act}

with beside(act) as told:
    print(told() == {expected}, flush=True)
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print("no child is left")
"""
LIB = Path(__file__).resolve().parents[2] / "lib"


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("return os.getppid()", "os.getpid()"),
        ("return 'x' * 10**7", "'x' * 10**7"),
        ("return '\\udcff'", "'\\udcff'"),
        # What comes to no end beside this process is done in it.
        ("return os.getpid() if os.getpid() == PID else os._exit(1)", "PID"),
        ("return 7 if os.getpid() == PID else os.kill(os.getpid(), 9)", "7"),
        # What cannot be handed over, neither.
        ("return (lambda: 7) if os.getpid() != PID else 7", "7"),
    ],
)
def test_it_is_told_what_the_process_beside_returns(act: str, expected: str) -> None:
    program = PROGRAM.format(act=act, expected=expected)
    run = [sys.executable, "-I", "-B", "-c", program, str(LIB)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.stdout == "True\nno child is left\n", done.stderr


def test_what_does_not_end_goes_with_the_block() -> None:
    program = PROGRAM.replace("print(told() == {expected}, flush=True)", "print(True, flush=True)")
    run = [sys.executable, "-I", "-B", "-c", program.format(act="while True: pass"), str(LIB)]
    done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "True\nno child is left\n", done.stderr


@pytest.mark.parametrize("raised", [KeyError("x"), OSError("no room")])
def test_what_is_raised_is_raised_where_it_is_asked_for(raised: Exception) -> None:
    def act() -> None:
        raise raised

    with beside(act) as told, pytest.raises(type(raised)):
        told()


def test_beside_other_threads_all_is_done_here() -> None:
    end = threading.Event()
    other = threading.Thread(target=end.wait)
    other.start()
    with beside(os.getpid) as told:
        assert told() == os.getpid()
    end.set()
    other.join()


def test_there_is_a_core() -> None:
    assert cores() >= 1

"""Requirements that a Linux build cannot install, or must not."""

from __future__ import annotations

WINDOWS_ONLY = frozenset(
    (
        "pywin32",  # https://github.com/mhammond/pywin32
        "pypiwin32",  # its old name
        "pywinpty",  # https://github.com/andfoy/pywinpty
        "win32-setctime",  # https://github.com/Delgan/win32-setctime
        "pywin32-ctypes",  # https://github.com/enthought/pywin32-ctypes
        "windows-curses",  # https://github.com/zephyrproject-rtos/windows-curses
        "wmi",  # http://timgolden.me.uk/python/wmi/
        "tensorflow-intel",  # its wheels are for Windows alone
    )
)

DEBIAN_SLIP = "pkg-resources"
"""``pkg-resources==0.0.0``: https://bugs.launchpad.net/ubuntu/+source/python-pip/+bug/1635463."""

PYTHON_2 = frozenset(
    (
        "futures",  # https://github.com/agronholm/pythonfutures
        "functools32",  # https://github.com/MiCHiLU/python-functools32
        "mysql-python",  # https://github.com/farcepest/MySQLdb1
    )
)
"""Distributions for Python 2 alone."""

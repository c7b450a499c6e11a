"""VARIABLES: what the app's processes get, and what no program of a build gets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """A default for a process's environment; a config var of the same name wins."""

    name: str
    """The variable."""
    value: str
    """Its value."""
    packages: tuple[str, ...]
    """It is set where one of these distributions is installed; () means always."""
    reason: str
    """What it does, a sentence for the script that sets it."""
    source: str
    """Where that is from, a URL."""


# https://www.tensorflow.org/install/pip#package_location
TENSORFLOW = ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tf-nightly")

THREADED_SERVERS = (
    "gunicorn",  # https://docs.gunicorn.org/en/stable/settings.html#threads
    "uvicorn",  # https://starlette.dev/threadpool/
    "hypercorn",  # https://hypercorn.readthedocs.io/en/latest/how_to_guides/configuring.html
    "daphne",  # https://docs.djangoproject.com/en/stable/topics/async/
    "waitress",  # https://docs.pylonsproject.org/projects/waitress/en/stable/arguments.html
    "gevent",  # https://www.gevent.org/api/gevent.threadpool.html
    "granian",  # https://github.com/emmett-framework/granian#workers-and-threads
)

VARIABLES = (
    Variable(
        "PYTHONUNBUFFERED",
        "1",
        (),
        "Log lines appear when they are printed.",
        "https://docs.python.org/3/using/cmdline.html#envvar-PYTHONUNBUFFERED",
    ),
    Variable(
        "TF_CPP_MIN_LOG_LEVEL",
        "2",
        TENSORFLOW,
        "TensorFlow logs errors only.",
        "https://github.com/tensorflow/tensorflow/blob/v2.8.0/tensorflow/core/platform/default/logging.cc",
    ),
    Variable(
        "MALLOC_ARENA_MAX",
        "2",
        THREADED_SERVERS,
        "Servers with threads need less memory under glibc.",
        "https://devcenter.heroku.com/articles/tuning-glibc-memory-behavior",
    ),
)

HEAVY = (*TENSORFLOW, "torch", "jax", "paddlepaddle")
"""Packages of which a second process does not fit a small dyno of 512 MB.

https://devcenter.heroku.com/articles/dyno-types tells its memory, and
https://devcenter.heroku.com/articles/python-concurrency how many processes there are.
"""

NOT_FOR_PROGRAMS = frozenset(
    (
        *("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONHOME", "PYTHONPATH", "HOME", "IFS"),
        *("ENV", "BASH_ENV", "CPATH", "CPPATH", "LIBRARY_PATH", "GIT_DIR", "STACK"),
        *("BUILD_DIR", "CACHE_DIR"),
    )
)
"""Config vars that the platform, too, keeps from the programs of a build.

https://devcenter.heroku.com/articles/buildpack-api#bin-compile
"""


@dataclass(frozen=True, slots=True)
class UselessVariable:
    """A variable that does nothing during a build."""

    value: str
    """The value with which it does nothing; "" for any."""
    why: str
    """Why, and what does; a sentence."""
    source: str
    """Where that is from, a URL."""


USELESS_FOR_BUILDS = {
    "PIP_NO_COMPILE": UselessVariable(
        "1",
        "pip turns the value of a switch like this one around; PIP_COMPILE=0 works.",
        # Measured with pip 26.2.1: with PIP_NO_COMPILE=1 the .pyc files are written all the same.
        "https://github.com/pypa/pip/issues/5735",
    ),
    "CMAKE_CXX_FLAGS": UselessVariable(
        "",
        "CMake does not read it from the environment; CXXFLAGS works.",
        "https://cmake.org/cmake/help/latest/envvar/CXXFLAGS.html",
    ),
}
"""Beside USELESS_VARIABLES of swaps.py, which are about packages."""

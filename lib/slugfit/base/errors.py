"""Every failure Slugfit can name: what happened, why, and what to do, with its exit code.

Runs on every Python from 3.8: the slug carries it along for models that are fetched at boot.
"""

from __future__ import annotations

import enum


class Exit(enum.IntEnum):
    """The exit codes of every command, as the README lists them."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    OVER_LIMIT = 3
    ROLL_BACK = 4
    VERIFICATION = 5
    NO_PYTHON = 6
    TREE = 7
    BUILD = 8
    BOOT = 9
    MODEL = 10
    TIME = 11
    FINDINGS = 12
    INTERRUPTED = 130


EXIT_CODES = {
    Exit.OK: "done (also when everything was put back: the report says so)",
    Exit.INTERNAL: "an error inside Slugfit",
    Exit.USAGE: "the command line or the configuration cannot be used",
    Exit.OVER_LIMIT: "over the limit with SLUGFIT_OVER_LIMIT=fail, or grown too much (diff)",
    Exit.ROLL_BACK: "a roll-back failed; what was moved is kept and named",
    Exit.VERIFICATION: "verification failed and everything was put back (SLUGFIT_STRICT=1)",
    Exit.NO_PYTHON: "no Python app, environment or interpreter there",
    Exit.TREE: "the tree could not be read or changed; everything was put back",
    Exit.BUILD: "a step of a local build failed",
    Exit.BOOT: "the built slug did not start or answer",
    Exit.MODEL: "a model that the app asks for could not be fetched",
    Exit.TIME: "no time was left for slimming (SLUGFIT_BUILD_MINUTES); nothing was changed",
    Exit.FINDINGS: "doctor found something as grave as --fail-on says",
    Exit.INTERRUPTED: "interrupted; a change that was not complete was put back",
}
"""What each means, for the help and the README."""


class SlugfitError(Exception):
    """A failure told once.

    ``what`` happened, ``why``, and what ``todo`` about it, each a sentence or empty.
    """

    code = Exit.INTERNAL

    def __init__(self, what: str, why: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.todo = todo


class UsageError(SlugfitError):
    """The command line or the configuration cannot be used as it is."""

    code = Exit.USAGE


class OverLimitError(SlugfitError):
    """The slug is over the limit, or grew by more than it may, and that is to be a failure."""

    code = Exit.OVER_LIMIT


class RollBackError(SlugfitError):
    """The tree could not be put back whole; the stash is kept and named."""

    code = Exit.ROLL_BACK


class VerificationError(SlugfitError):
    """Something that worked before did not work after; everything was put back."""

    code = Exit.VERIFICATION


class NoPythonError(SlugfitError):
    """The folder holds no Python app, environment or interpreter."""

    code = Exit.NO_PYTHON


class TreeError(SlugfitError):
    """The tree could not be read or changed: permissions, a full disk, a file that vanished."""

    code = Exit.TREE


class OutOfTimeError(SlugfitError):
    """What is left of the platform's time is needed for packing; the tree is as it was."""

    code = Exit.TIME


class BuildError(SlugfitError):
    """A step of a local build failed: a buildpack script, the release, the Procfile."""

    code = Exit.BUILD


class BootError(SlugfitError):
    """The built slug did not start, did not answer, or took too long."""

    code = Exit.BOOT


class ModelError(SlugfitError):
    """A model that the app asks for could not be fetched or put into its place."""

    code = Exit.MODEL

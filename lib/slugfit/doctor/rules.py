"""RULES: the names of the rules, which never change, and how grave what they find is.

Each has a section of its name in docs/doctor.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slugfit.doctor.finding import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    name: str
    severity: Severity
    title: str
    """What it finds, a sentence without its stop."""


RULES = (
    Rule("torch-cuda", "error", "PyTorch with CUDA on a machine without a GPU"),
    Rule("torch-index", "error", "A version of PyTorch that the usual index does not have"),
    Rule("gpu-package", "error", "A package that only serves a GPU"),
    Rule("gpu-variant", "warning", "A package with GPU code, which has a form without"),
    Rule("opencv-windows", "warning", "OpenCV with windows, which a server cannot show"),
    Rule("opencv-twice", "warning", "Two distributions that both install cv2"),
    Rule("training-framework", "advice", "A training framework that only runs a trained model"),
    Rule("development-package", "advice", "A developer's tool among what is deployed"),
    Rule("optional-import", "advice", "A large package that the app can do without"),
    Rule("unused-requirement", "advice", "A requirement that nothing of the app reaches"),
    Rule("requirements-missing", "error", "No file says what to install"),
    Rule("package-managers", "error", "Files of several package managers"),
    Rule("requirement-conflict", "error", "Two versions of one distribution"),
    Rule("requirement-unusable", "error", "A requirement that no other machine can install"),
    Rule("requirements-unused", "warning", "A requirements file for the platform that is not used"),
    Rule("requirements-unpinned", "advice", "Requirements without versions"),
    Rule("lock-missing", "error", "A package manager without its lock file"),
    Rule("source-build", "warning", "A package that is compiled during the build"),
    Rule("procfile-missing", "warning", "No Procfile"),
    Rule("procfile-line", "error", "A line of the Procfile that is not read as it is meant"),
    Rule("procfile-web", "warning", "No web process"),
    Rule("procfile-port", "error", "A web process that does not listen on $PORT"),
    Rule("procfile-host", "error", "A web process that listens for its own machine only"),
    Rule("development-server", "warning", "A server that is made for development"),
    Rule("gunicorn-jitter", "advice", "Workers that all start anew at the same time"),
    Rule("gunicorn-threads", "advice", "One request at a time"),
    Rule("gunicorn-preload", "advice", "Workers that each load the same large packages"),
    Rule("gunicorn-tmp", "advice", "Workers whose heartbeat waits for a disk"),
    Rule("concurrency", "warning", "More processes than the memory holds"),
    Rule("runtime-txt", "warning", "runtime.txt, which .python-version replaces"),
    Rule("python-version", "error", "A Python that the platform does not install"),
    Rule("python-patch", "advice", "A Python that gets no security updates"),
    Rule("python-version-missing", "advice", "No file says which Python"),
    Rule("apt-unknown", "error", "A system package that does not exist there"),
    Rule("apt-unneeded", "advice", "A system package that nothing needs"),
    Rule("useless-variable", "advice", "A variable that does nothing"),
    Rule("slugignore-line", "warning", "A line of .slugignore that does nothing"),
    Rule("slugignore-needed", "error", ".slugignore takes a file that the build needs"),
    Rule(
        "slugignore-elsewhere", "advice", "A line of .slugignore that is read otherwise elsewhere"
    ),
    Rule("environment-committed", "error", "A virtual environment in the repository"),
    Rule("model-files", "advice", "Models in the repository"),
    Rule("notebooks", "advice", "Notebooks in the slug"),
    Rule("data-files", "advice", "Data and media in the slug that nothing names"),
)
"""In the order in which they are documented and told."""

RULE_OF = {rule.name: rule for rule in RULES}

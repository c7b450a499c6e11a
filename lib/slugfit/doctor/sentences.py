"""The sentences of the rules; {about}, {0}, {1}, … stand for what a finding is about, and why."""

from __future__ import annotations

SENTENCES = {
    "torch-cuda": "The torch of the usual index comes with CUDA, and the platform has no GPU.",
    "torch-index": "{about} is on PyTorch's own index alone, and nothing names that: pip finds no "
    "such version.",
    "gpu-package": "{about} only serves a GPU, and the platform has none.",
    "gpu-variant": "{about} brings GPU code, and the platform has no GPU. {0} is enough.",
    "opencv-windows": "{about} can open windows, which a server cannot show. {0} is the same "
    "OpenCV without.",
    "opencv-twice": "{0} and {1} both install the folder cv2: the later one overwrites files of "
    "the other, and both count.",
    "training-framework": "{3} calls {2}, and nothing of the app trains: {0} can run an exported "
    "model. {1}",
    "development-package": "{about} {0}; no process of the app needs it.",
    "optional-import": "Each import of {0} stands in a `try`: the app starts without {about}.",
    "unused-requirement": "Nothing of the app imports or names {about}, nor does anything that "
    "the app uses.",
    "requirements-missing": "The app's root has no requirements.txt, Pipfile.lock, poetry.lock or "
    "uv.lock: the build stops.",
    "requirements-missing/unreadable": "{about} cannot be read: it is a link out of the app, is "
    "not text, or has more than 1 MiB.",
    "requirements-missing/setup": "The app has setup.py alone, and the build stops: it needs a "
    "requirements.txt.",
    "package-managers": "{0} say what to install, and the build stops: one may.",
    "requirement-conflict": "{about} is asked for as {0} here and as {1} in {2}: pip finds no "
    "version that is both.",
    "requirement-unusable/local": "A path of one machine, which no other has: {about}.",
    "requirement-unusable/windows": "Only Windows has {about}; the build cannot install it.",
    "requirement-unusable/debian": "{about} 0.0.0 is a slip of Debian's pip; no index has it.",
    "requirement-unusable/python 2": "This exists for Python 2 only, and the build cannot install "
    "it: {about}.",
    "requirements-unused": "The platform installs requirements.txt, and nothing in the repository "
    "leads to this file.",
    "requirements-unpinned": "{0} of {1} requirements have no version ({2}): the next build may "
    "install others than the last.",
    "lock-missing": "{about} is there without its lock file, and the build stops.",
    "source-build": "{about} has no wheel for Linux: it is compiled in every build without a "
    "cache. {0}",
    "procfile-missing": "{0} says that this is an app for a platform that reads a Procfile, and "
    "there is none: nothing is started.",
    "procfile-line/unreadable": "{about} cannot be read: it is a link out of the app, is not "
    "text, or has more than 1 MiB.",
    "procfile-line/name": "{about} is not read; the file must be called Procfile.",
    "procfile-line/capitals": "{about} has capital letters; process types are in lower case.",
    "procfile-line/quotes": "{about} has quotes or marks that count as part of the name.",
    "procfile-line/blanks": "{about} has blanks where none may stand; the line is not read.",
    "procfile-line/no command": "{about} has no command, and is not read.",
    "procfile-line": "{about} does not begin a line `type: command`, and is not read.",
    "procfile-web": "{about} is installed and no process runs it: requests have nowhere to go.",
    "procfile-port": "{about} listens on {0}; the platform sends requests to $PORT, and stops "
    "the process after a minute.",
    "procfile-host/given": "{about} is told to listen for this machine only: no request from the "
    "platform's router arrives.",
    "procfile-host": "{about} listens on 127.0.0.1 by default: no request from the platform's "
    "router arrives.",
    "development-server": "{about} is made for development: one process that reloads, slowly.",
    "development-server/flask": "`flask run` is a server for development.",
    "gunicorn-jitter": "--max-requests {0} without --max-requests-jitter: all workers start anew "
    "at the same moment.",
    "gunicorn-threads": "{about} makes a second worker too large for a small dyno, and a sync "
    "worker answers one request at a time.",
    "gunicorn-preload": "{0} workers each import {about}: with --preload they share what was "
    "loaded. What opens connections or starts threads while it is imported must not be shared.",
    "gunicorn-tmp": "Workers write a heartbeat to /tmp, which is a disk in a container: they can "
    "be taken for dead while it is busy.",
    "concurrency": "{0} processes each load {about}: more than 512 MB hold.",
    "concurrency/unset": "The platform starts two processes where WEB_CONCURRENCY is not set, and "
    "each loads {about}: more than 512 MB hold.",
    "runtime-txt": "runtime.txt is deprecated; .python-version says the same.",
    "runtime-txt/both": "runtime.txt is deprecated, and wins over the .python-version beside it.",
    "python-version/old": "Python {about} is not supported any more: the build stops.",
    "python-version/new": "Python {about} is not installed by the platform yet: the build stops.",
    "python-version/form": "`{about}` is not of the form 3.13 or 3.13.1: the build stops.",
    "python-version/runtime": "`{about}` is not of the form python-3.13: the build stops.",
    "python-version/several": "Only one version may stand here: the build stops.",
    "python-version/none": "No version stands here: the build stops.",
    "python-version/misspelled": "{about} is a misspelling of .python-version: the build stops.",
    "python-version/uv": "uv.lock needs a .python-version beside it: the build stops.",
    "python-version/uv-runtime": "uv.lock needs a .python-version, not a runtime.txt: the build "
    "stops.",
    "python-version-missing": "No file says which Python: the first build takes {about}, later "
    "ones stay at what the last one had. Write the version that the app is developed with.",
    "python-patch": "Python {about} stays at that patch: without it, each build installs the "
    "newest {0} with its security updates.",
    "apt-unknown": "{about} does not exist on {0}: the build stops.{1}",
    "apt-unneeded/blas": "libatlas-base-dev stands beside libopenblas-dev, which does the same.",
    "apt-unneeded": "{about} serves windows and pictures on a screen; {0} needs none.",
    "useless-variable": "{about} does nothing: {0}",
    "slugignore-line": "`{about}` matches nothing here.",
    "slugignore-line/negation": "`{about}` does nothing; the platform knows no '!' there.",
    "slugignore-line/dot": "`{about}` matches nothing: patterns begin at the root, without dots.",
    "slugignore-line/comment": "`{about}` matches nothing: a comment needs a line of its own.",
    "slugignore-line/commas": "`{about}` is one pattern: each needs a line of its own.",
    "slugignore-line/backslash": "`{about}` matches nothing: folders are parted by /.",
    "slugignore-line/quotes": "`{about}` matches nothing: quotes are part of the pattern.",
    "slugignore-line/blanks": "`{about}` matches nothing: blanks are part of the pattern.",
    "slugignore-needed": "{about} is taken out of the build by this line, which needs it.",
    "slugignore-elsewhere": "{about} matches nothing where tar reads it ({0}): write {1}.",
    "environment-committed/stops": "{about} is a virtual environment: the build stops.",
    "environment-committed": "{about} is a virtual environment: its programs are for another "
    "machine, and all of it is in the slug.",
    "model-files": "{about} is in every slug and every clone; it can be fetched instead.",
    "notebooks": "{0} in the slug ({1}); no process opens any.",
    "data-files": "{about} is in the slug, and no file of the app names it.",
}
"""By the names of the rules, and ``rule/kind`` for a kind of finding."""

"""A package index of the tests' own: wheels and sdists made here, served on 127.0.0.1."""

from __future__ import annotations

import base64
import functools
import hashlib
import http.server
import io
import os
import sys
import tarfile
import threading
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PYTHON = f"cp{sys.version_info[0]}{sys.version_info[1]}"
MANYLINUX = f"{PYTHON}-{PYTHON}-manylinux_2_28_{os.uname().machine}"
"""The tags of a compiled wheel for this Python, as PyPI has them."""

# Compiles one C file with the machine's compiler, if it has one; needs no other package.
BACKEND = """
import base64, hashlib, os, shutil, subprocess, sysconfig, zipfile

NAME, VERSION = {name!r}, {version!r}

def get_requires_for_build_wheel(config_settings=None):
    return []

def build_wheel(directory, config_settings=None, metadata_directory=None):
    tag = "cp" + sysconfig.get_config_var("py_version_nodot")
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    wheel = f"{{NAME}}-{{VERSION}}-{{tag}}-{{tag}}-{{platform}}.whl"
    compiler = shutil.which("cc")
    if compiler:
        flags = os.environ.get("CFLAGS", "-O2").split()
        subprocess.run([compiler, *flags, "-c", "code.c", "-o", "code.o"], check=True)
    info = f"{{NAME}}-{{VERSION}}.dist-info"
    files = {{
        f"{{NAME}}.py": f"FLAGS = {{os.environ.get('CFLAGS', '')!r}}\\n",
        f"{{info}}/METADATA": f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: {{VERSION}}\\n",
        f"{{info}}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\n"
        f"Tag: {{tag}}-{{tag}}-{{platform}}\\n",
    }}
    record = ""
    with zipfile.ZipFile(os.path.join(directory, wheel), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            record += f"{{path}},sha256={{digest.decode().rstrip('=')}},{{len(text)}}\\n"
        archive.writestr(f"{{info}}/RECORD", record + f"{{info}}/RECORD,,\\n")
    return wheel
"""
PROJECT = """[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
CODE = "int answer(void) { return 42; }\n"


def wheel(folder: Path, name: str, version: str, tag: str, requires: Sequence[str] = ()) -> Path:
    """Write a wheel with one module."""
    plain = name.replace("-", "_")
    info = f"{plain}-{version}.dist-info"
    wanted = "".join(f"Requires-Dist: {line}\n" for line in requires)
    files = {
        f"{plain}/__init__.py": f"__version__ = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{wanted}",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n",
    }
    record = "".join(f"{path},{_digest(text)},{len(text)}\n" for path, text in files.items())
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{plain}-{version}-{tag}.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return file


def _digest(text: str) -> str:
    found = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256={found.decode().rstrip('=')}"


def sdist(folder: Path, name: str, version: str, code: str = CODE) -> Path:
    """Write a source distribution with a C file that its own build backend compiles."""
    top = f"{name}-{version}"
    files = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "pyproject.toml": PROJECT + f'[project]\nname = "{name}"\nversion = "{version}"\n',
        "backend.py": BACKEND.format(name=name, version=version),
        "code.c": code,
    }
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{top}.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{top}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return file


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Folders as pages of links, with the headers of a package index."""

    def log_message(self, *_: object) -> None:
        pass

    def end_headers(self) -> None:
        if not self.path.endswith("/"):
            self.send_header("Cache-Control", "max-age=365000000, immutable, public")
        super().end_headers()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The URL under which a folder can be read, for as long as the context is open."""
    handler = functools.partial(_Quiet, directory=os.fspath(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def hermetic(home: Path, **variables: str) -> Mapping[str, str]:
    """An environment in which only these variables decide where packages come from."""
    path = os.pathsep.join((os.fspath(Path(sys.executable).parent), "/usr/bin", "/bin"))
    return {
        "PATH": path,
        "HOME": os.fspath(home),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "STACK": "heroku-24",
        **variables,
    }

"""Real environments, wheels and command lines for tests; nothing comes from an index."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.report.failures import error_line
from slugfit.settings.config import Config, read_config
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.pipeline import Outcome
    from trees import Content


ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "lib" / "slugfit"
LIB = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"
"""Where this Python has its library, as seen from a prefix."""
PREFIX = ".heroku/python"
SITE = f"{PREFIX}/{LIB}/site-packages"
"""site-packages of ``real_slug``, as seen from its root."""


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str


def settings(**values: str) -> Config:
    """The configuration with ``values``, named without their prefix."""
    return read_config({f"SLUGFIT_{name}": value for name, value in values.items()})


def real_slug(root: Path, site: Mapping[str, Content], app: Mapping[str, Content]) -> Path:
    """A slug whose Python can be started; it is an environment of the Python that runs this."""
    venv.create(root / PREFIX, symlinks=True, with_pip=False)
    # Environments have it on some machines, a slug's own Python does not.
    (root / PREFIX / "lib64").unlink(missing_ok=True)
    plant(root, {f"{SITE}/{name}": content for name, content in site.items()})
    return plant(root, app)


def command(*arguments: Path | str) -> list[str]:
    """The engine's command line as the buildpack starts it."""
    return [sys.executable, "-I", "-S", "-B", os.fspath(ENGINE), *map(str, arguments)]


def engine(*arguments: Path | str, cwd: Path | str | None = None, **environment: str) -> Ran:
    """Run the engine to its end."""
    done = subprocess.run(
        command(*arguments),
        env={**os.environ, **environment},
        cwd=cwd,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def wheel(
    folder: Path, name: str, version: str, files: Mapping[str, str], entry_points: str = ""
) -> Path:
    """A wheel of pure Python, as small as pip accepts it."""
    info = f"{name}-{version}.dist-info"
    content = dict(files)
    content[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    content[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if entry_points:
        content[f"{info}/entry_points.txt"] = entry_points
    content[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*content, f"{info}/RECORD"))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in content.items():
            archive.writestr(path, text)
    return target


def undone(outcome: Outcome) -> str:
    """Why everything was put back, in words; "" if it was not."""
    return "" if outcome.undone is None else error_line(outcome.undone)

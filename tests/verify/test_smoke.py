"""The app's smoke command: where it runs, what it sees, and what is told of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from slugfit.scan.layout import Layout
from slugfit.settings.config_vars import ConfigVars
from slugfit.verify import smoke
from slugfit.verify.smoke import run_smoke
from slugfit.verify.step import StepContext
from trees import Content, plant

if TYPE_CHECKING:
    from pathlib import Path


LAYOUT = Layout("slug", ".heroku/python", (), None, None)
SECRETS: dict[str, Content] = {
    "DATABASE_URL": "postgres://user:c4n4ry@db.example/x\n",
    "SHORT": "no",
    "KEY": "-----BEGIN\nc4n4ry-line\n-----END\n",
    "PATH": "/c4n4ry",
    "BINARY": b"\xff\xfe",
}


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    root = plant(tmp_path / "slug", {".heroku/python/bin/tool": "#!/bin/sh\necho own tool\n"})
    (root / ".heroku/python/bin/tool").chmod(0o755)
    return root, plant(tmp_path / "env", SECRETS)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("true", ""),
        ("exit 3", "it ended with status 3"),
        ("echo one; echo two >&2; echo; exit 1", "it ended with status 1: two"),
        ('echo "cannot reach $DATABASE_URL"; false', "it ended with status 1: cannot reach ***"),
        ('echo "$KEY" | sed -n 2p; false', "it ended with status 1: ***"),
        ('printf "\\xff"; false', "it ended with status 1: \ufffd"),
        ("no-such-command-at-all 2>/dev/null", "it ended with status 127"),
        ('test "$(tool)" = "own tool" && test -d .heroku', ""),
        ('test "$SHORT" = no && test "$PATH" != /c4n4ry', ""),
        ('test -z "${BINARY+set}"', ""),
        ("read -r line", "it ended with status 1"),
        ("sleep 60 & true", ""),
    ],
)
def test_the_command_runs_as_on_a_dyno(places: tuple[Path, Path], command: str, told: str) -> None:
    root, env_dir = places
    started = time.monotonic()
    assert run_smoke(command, StepContext(root, LAYOUT, None, ConfigVars(env_dir))) == told
    assert time.monotonic() - started < 30


def test_a_command_that_hangs_is_ended(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoke, "SMOKE_SECONDS", 0.5)
    assert "longer than 0.5" in run_smoke(
        "sleep 60", StepContext(places[0], LAYOUT, None, ConfigVars(places[1]))
    )


def test_without_an_env_dir_the_environment_is_the_config_vars(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_KEY", "c4n4ry-value")
    child = StepContext(places[0], LAYOUT, None)
    assert run_smoke('test "$API_KEY" = c4n4ry-value', child) == ""
    assert "c4n4ry" not in run_smoke('echo "$API_KEY"; false', child)

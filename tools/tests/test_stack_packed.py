"""The stack harness with a packed slug: what it starts, and what it makes of what was said."""

from __future__ import annotations

import os
import re
import subprocess
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from slugfit.packing.outcome import Refusal
from slugfit.report.packing_words import refusal_sentence
from stack import boot, engine, packed
from stack import container as containers
from stack.programs import BrokenError
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

    from stack.build import Build

SERVICE = engine.Engine(None, "28.2.2", "running")
ANSWER = "printf '0.4\\n1.2\\nHTTP/1.1 200 X\\n54321\\n1000\\n536870912\\n'"
UNPACKED = "echo 'slugfit: unpacked 292.1 MB in 0.9 s' >&2"
ERROR = packed.ERROR


def _docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **says: str) -> Path:
    """A `docker` that is a script; ``says`` is what it does of each kind of call. Its calls."""
    kinds = {
        "one_off": "*look.sh*",
        "refuse": "*started*",
        "ask": "*ask.sh*",
        "web": "*boot.sh*",
        "disk": "*df*",
        "run": "run*",
    }
    acts = {"ask": ANSWER, "disk": "printf ' Used\\n 70000\\n'", "run": "echo 0123456789ab", **says}
    cases = "".join(f"{kinds[name]}) {acts.get(name, ':')} ;;\n" for name in kinds)
    log = tmp_path / "calls"
    script = f'#!/usr/bin/env bash\necho "$*" >>\'{log}\'\ncase "$*" in\n{cases}esac\n'
    plant(tmp_path, {"bin/docker": script, "slug.tgz": ""})
    (tmp_path / "bin/docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    return log


def _dyno(tmp_path: Path) -> boot.Dyno:
    return boot.Dyno("image", tmp_path / "slug.tgz", "gunicorn", {"A": "1"}, tmp_path / "web.log")


def _once(tmp_path: Path, what: str) -> str:
    """A line of a script that does ``what`` the first time only."""
    return f"if mkdir '{tmp_path}/once' 2>/dev/null; then {what}; fi"


def test_a_web_process_and_a_one_off_start_together_in_512_mb(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = _docker(monkeypatch, tmp_path, web=_once(tmp_path, UNPACKED), one_off="echo 13")
    words = packed.start(SERVICE, _dyno(tmp_path))
    assert words.startswith("292.1 MB unpacked in 0.9 s; port after 0.4 s, GET / is 200")
    assert words.endswith("has all 13 packages; when it starts again: port after 0.4 s")
    calls = log.read_text().splitlines()
    assert "--memory=536870912 --memory-swap=536870912" in calls[0]
    started = [call for call in calls if "boot.sh" in call]
    assert len(started) == 3
    assert all("--user=dyno" in call and "--env=HOME=/app" in call for call in started)
    assert sum(call.endswith("gunicorn") for call in started) == 2
    assert sum(call.endswith("one-off") for call in started) == 1


@pytest.mark.parametrize(
    ("web", "one_off", "problem"),
    [
        ("ONCE", "echo missing: x/pkg; exit 1", "a one-off process ended with 1"),
        (":", "echo 13", "0 processes say that they unpacked, not one"),
        ("ONCE", f"{UNPACKED}; echo 13", "2 processes say"),
        (UNPACKED, "echo 13", "the second start has something to unpack"),
    ],
)
def test_what_a_packed_boot_can_show(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, web: str, one_off: str, problem: str
) -> None:
    script = web.replace("ONCE", _once(tmp_path, UNPACKED))
    _docker(monkeypatch, tmp_path, web=script, one_off=one_off)
    with pytest.raises(BrokenError, match=problem):
        packed.start(SERVICE, _dyno(tmp_path))


def test_the_disk_has_room_for_the_slug_and_a_little_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refuse = f"echo '{ERROR}{packed.FULL}' >&2; echo 'slugfit: Make room' >&2; exit 1"
    log = _docker(monkeypatch, tmp_path, refuse=refuse)
    words = packed.full_disk(SERVICE, _dyno(tmp_path))
    assert words == f"a start ends with 1: {packed.FULL}"
    sizes = re.findall(r"--tmpfs=/app:rw,exec,mode=777,size=(\w+)", log.read_text())
    assert sizes == ["2g", "71024k"]
    assert log.read_text().count("tar --extract --gzip --directory=/") == 2


@pytest.mark.parametrize(
    ("refuse", "fits"),
    [
        (f"echo '{ERROR}/app/x {packed.UNWRITABLE}' >&2; exit 1", True),
        (f"echo '{ERROR}/app/x {packed.UNWRITABLE}' >&2; exit 2", False),
        (f"echo '{ERROR}tar: oh' >&2; exit 1", False),
        (f"echo '{ERROR}/app/x {packed.UNWRITABLE}' >&2; echo started; exit 1", False),
        ("echo started", False),
    ],
)
def test_an_app_that_may_not_write_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, refuse: str, *, fits: bool
) -> None:
    log = _docker(monkeypatch, tmp_path, refuse=refuse)
    if fits:
        assert packed.UNWRITABLE in packed.unwritable(SERVICE, _dyno(tmp_path))
        assert "--user=root" in next(
            call for call in log.read_text().splitlines() if "chown" in call
        )
    else:
        with pytest.raises(BrokenError, match="a start ended with"):
            packed.unwritable(SERVICE, _dyno(tmp_path))


def test_what_was_packed_is_told_or_why_nothing_was() -> None:
    def made(packing: object) -> Build:
        return cast("Build", SimpleNamespace(report=lambda: {"packing": packing}))

    archives = {"archives": [{}, {}], "saved": 24_500_000, "boot_seconds": 1.23, "refused": None}
    words = "2 archives, 24.5 MB less; unpacking took 1.2 s at the build"
    assert packed.is_packed(made(archives)) == (words, True)
    small = refusal_sentence(Refusal("nothing large"))
    assert packed.is_packed(made({"archives": [], "refused": small})) == (small, False)
    for refused in (None, {"archives": [], "refused": "Not packed: no."}):
        with pytest.raises(BrokenError, match="nothing was packed"):
            packed.is_packed(made(refused))


@pytest.mark.parametrize("missing", [False, True])
def test_a_look_at_what_was_unpacked(tmp_path: Path, *, missing: bool) -> None:
    lines = "a-1.tar.zst 5 site a a.libs\nb-1.tar.zst 5 site b\n"
    plant(tmp_path, {".heroku/slugfit/packed/list": lines, "site/a/x": "", "site/b/x": ""})
    if not missing:
        plant(tmp_path, {"site/a.libs/x": ""})
    command = ["bash", str(containers.INSIDE / "look.sh")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    expected = (1, "missing: site/a.libs\n") if missing else (0, "3\n")
    assert (done.returncode, done.stdout) == expected

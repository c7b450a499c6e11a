"""Booting a slug: what is seen of a process, and that nothing is left of it."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

import pytest

from slugfit.base.errors import BootError
from slugfit.local import boot
from slugfit.local.boot import Booted, boot_document, boot_lines, boot_slug
from slugfit.measure.archive import write_gzip
from slugfit.measure.pieces import slug_pieces
from slugfit.scan.tree import scan_tree
from trees import Content, plant

if TYPE_CHECKING:
    from pathlib import Path


CANARY = "c4n4ry"
SERVER = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = int(os.environ.get("STATUS", "200"))
        body = "|".join([self.path, os.getcwd(), os.environ["HOME"], os.environ.get("SECRET", ""),
                         os.environ.get("FROM_PROFILE", ""), os.environ["PORT"],
                         os.environ.get("LEAK", "")]).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
APP: dict[str, Content] = {
    "server.py": SERVER,
    ".profile.d/a.sh": "export FROM_PROFILE=sourced",
    ".profile.d/b.txt": "exit 1",
}


def _slug(folder: Path, extra: dict[str, Content] | None = None) -> Path:
    root = plant(folder / "app", APP | (extra or {}))
    target = folder / "slug.tgz"
    write_gzip(target, slug_pieces(scan_tree(root)))
    return target


def _marked() -> set[str]:
    """Processes with our mark in their environment that are no zombies."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
            if f"MARK={os.getpid()}".encode() in file.read().split(b"\0"):
                found.add(pid)
    return found


def _boot(slug: Path, command: str, **variables: str) -> Booted:
    try:
        return boot_slug(slug, command, {"MARK": str(os.getpid()), **variables})
    finally:
        deadline = time.monotonic() + 5
        while _marked() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not _marked(), "a process is left behind"


def test_a_slug_is_booted_as_on_a_dyno(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEAK", "of this process")
    found = _boot(_slug(tmp_path), "python3 server.py", SECRET=CANARY)
    path, folder, home, secret, profile, port, leak = found.body.split("|")
    assert (found.status, path, secret, profile, leak) == (200, "/", CANARY, "sourced", "")
    assert folder == home
    assert not os.path.exists(home)
    assert int(port) > 0
    assert 0 < found.port_seconds <= found.answer_seconds < 30
    assert 10**6 < found.memory < 10**9
    shown = "\n".join(boot_lines(found)) + str(boot_document(found))
    assert CANARY not in shown + "".join(capfd.readouterr())
    assert set(boot_document(found)) >= {"port_seconds", "answer_seconds", "status"}


@pytest.mark.parametrize(
    "command",
    [
        'STATUS=404 SECRET="a  b" python3 ./server.py',
        "cd sub && STATUS=404 SECRET='a  b' exec python3 ../server.py",
        "export STATUS=404 'SECRET=a  b'; python3 server.py | cat",
    ],
)
def test_a_command_is_a_line_of_bash(tmp_path: Path, command: str) -> None:
    found = _boot(_slug(tmp_path, {"sub/x": ""}), command)
    assert (found.status, "|a  b|" in found.body) == (404, True)


@pytest.mark.parametrize("command", ["echo last words; exit 7", "echo last words >&2; exit 7"])
def test_an_app_that_ends_early_is_told_with_its_last_words(tmp_path: Path, command: str) -> None:
    with pytest.raises(BootError) as caught:
        _boot(_slug(tmp_path), f"bash -c '{command}'")
    assert "status 7" in caught.value.what
    assert caught.value.why == "last words"


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BootError) as caught:
        _boot(_slug(tmp_path), "no-such-command --bind")
    assert "status 127" in caught.value.what
    assert "no-such-command" in caught.value.why


def test_an_app_that_never_binds_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boot, "PORT_SECONDS", 0.5)
    started = time.monotonic()
    with pytest.raises(BootError, match=r"did not bind \$PORT"):
        _boot(_slug(tmp_path), "bash -c 'sleep 60 & sleep 60'")
    assert time.monotonic() - started < 8


def test_an_app_that_does_not_answer_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boot, "_ANSWER_SECONDS", 0.5)
    deaf = (
        "import os, socket, time\n"
        "s = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))\ntime.sleep(60)\n"
    )
    with pytest.raises(BootError, match="did not answer"):
        _boot(_slug(tmp_path, {"deaf.py": deaf}), "python3 deaf.py")


def test_a_server_error_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(BootError, match="status 500"):
        _boot(_slug(tmp_path), "python3 server.py", STATUS="500")


def test_children_that_do_not_listen_to_signals_are_ended_too(tmp_path: Path) -> None:
    command = "bash -c '(trap \"\" TERM; exec sleep 60) & exec python3 server.py'"
    assert _boot(_slug(tmp_path), command).status == 200

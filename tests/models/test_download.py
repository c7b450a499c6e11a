"""Fetching one file from servers that behave, and from those that do not."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import file_server
from file_server import (
    another_part,
    drops_after,
    drops_and_ignores_ranges,
    hangs_up,
    redirects,
    sends,
    serving,
    status,
    unsized,
    whole,
)
from pythons import ROOT
from slugfit.base.errors import Exit, ModelError
from slugfit.models import transfer
from slugfit.models.connection import shown_address
from slugfit.models.download import LONGEST_PAUSE, TELL_SECONDS, DownloadContext, download_model
from slugfit.models.partial_download import partial_path
from slugfit.models.transfer import transfer_error
from slugfit.models.wanted import WantedModel, model_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from file_server import Behaviour, Server


CANARY = "c4n4ry"
CONTENT = bytes(range(256)) * 4096
HASH = hashlib.sha256(CONTENT).hexdigest()
HALF = len(CONTENT) // 2


@dataclass
class Log:
    """A download's surroundings: a clock that goes only when somebody pauses."""

    lines: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    tick: float = 0.0
    time: float = 0.0

    def means(self) -> DownloadContext:
        return DownloadContext(self.lines.append, self.now, self.pauses.append)

    def now(self) -> float:
        self.time += self.tick
        return self.time


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        made.files["/m.onnx"] = CONTENT
        yield made


def order(server: Server, path: str = "/m.onnx") -> WantedModel:
    return WantedModel("models/m.onnx", server.url(path), HASH)


def fetch(wanted: WantedModel, target: Path, log: Log | None = None, token: str = "") -> int:
    return download_model(wanted, token, target, (log or Log()).means())


def test_a_file_is_fetched_whole_and_nothing_is_left_beside_it(
    server: Server, tmp_path: Path
) -> None:
    target = tmp_path / "deep/er/m.onnx"
    assert fetch(order(server), target) == len(CONTENT)
    assert target.read_bytes() == CONTENT
    assert os.listdir(target.parent) == ["m.onnx"]
    assert target.stat().st_mode & 0o777 == 0o666 & ~umask()
    assert [asked.path for asked in server.asked] == ["/m.onnx"]


def umask() -> int:
    old = os.umask(0o22)
    os.umask(old)
    return old


def test_what_is_there_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "m"
    target.write_bytes(CONTENT)
    assert fetch(order(server), target) == 0
    assert server.asked == []
    assert os.listdir(tmp_path) == ["m"]


# How a server answers one request after another, and which parts it was asked for.
FLAKY: dict[str, tuple[list[Behaviour], list[str]]] = {
    "drops it in the middle": ([drops_after(HALF)], ["", f"bytes={HALF}-"]),
    "drops it again and again": (
        [drops_after(1000)] * 9,
        ["", *(f"bytes={1000 * count}-" for count in range(1, 10))],
    ),
    "drops it at once, four times": ([drops_after(0)] * 4, [""] * 5),
    "knows nothing of parts": ([drops_after(HALF), whole], ["", f"bytes={HALF}-"]),
    "says nothing of its size": ([unsized], [""]),
    "hangs up": ([hangs_up, hangs_up], ["", "", ""]),
    "is busy": ([status(503, Retry_After="7"), status(429, Retry_After="0")], ["", "", ""]),
    "has a bad moment": ([status(500), status(502), status(408)], [""] * 4),
    "sends another part": (
        [drops_after(HALF), another_part],
        ["", f"bytes={HALF}-", ""],
    ),
    "sends another part of unknown size": (
        [drops_after(HALF), status(206)],
        ["", f"bytes={HALF}-", ""],
    ),
}


@pytest.mark.parametrize("name", FLAKY)
def test_a_flaky_server_is_asked_for_the_rest(server: Server, tmp_path: Path, name: str) -> None:
    script, ranges = FLAKY[name]
    server.script.extend(script)
    target, log = tmp_path / "m", Log()
    assert fetch(order(server), target, log) >= len(CONTENT)
    assert target.read_bytes() == CONTENT
    assert server.ranges() == ranges
    assert os.listdir(tmp_path) == ["m"]
    again = [line for line in log.lines if "trying again" in line]
    assert len(again) == len(log.pauses) == len(ranges) - 1


ODD_HEADERS = (
    {"Content_Length": "9" * 5000},
    {"Content_Length": "-1"},
    {"Content_Length": "\xb2"},
    {"Retry_After": "9" * 5000},
    {"Retry_After": "\xb2"},
    {"Content_Range": "bytes 0-1/" + "9" * 5000},
)


@pytest.mark.parametrize("code", [200, 206, 503])
@pytest.mark.parametrize("headers", ODD_HEADERS, ids=lambda headers: next(iter(headers)))
def test_odd_headers_do_no_harm(
    server: Server, tmp_path: Path, headers: dict[str, str], code: int
) -> None:
    server.script.append(status(code, **headers))
    told = ""
    try:
        fetch(order(server), tmp_path / "m")
    except ModelError as error:
        told = error.what
    assert "is another file" in told or (tmp_path / "m").read_bytes() == CONTENT


SHORT = CONTENT[:5000]
MISHAPS = st.one_of(
    st.builds(drops_after, st.integers(0, 5000)),
    st.builds(drops_and_ignores_ranges, st.integers(0, 5000)),
    st.sampled_from([another_part, hangs_up, whole, unsized, status(503), status(416)]),
)


@settings(max_examples=60)
@given(mishaps=st.lists(MISHAPS, max_size=4), left_over=st.integers(0, 5000), damaged=st.booleans())
def test_whatever_happens_on_the_way_the_file_is_whole(
    mishaps: list[Behaviour],
    left_over: int,
    damaged: bool,  # noqa: FBT001
) -> None:
    digest = hashlib.sha256(SHORT).hexdigest()
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        server.files["/m"] = SHORT
        server.script.extend(mishaps)
        target = Path(folder) / "m"
        rest = bytes(left_over) if damaged else SHORT[:left_over]
        partial_path(target, digest).write_bytes(rest)
        fetch(WantedModel("m", server.url("/m"), digest), target)
        assert target.read_bytes() == SHORT
        assert os.listdir(folder) == ["m"]


def test_the_pauses_grow_and_a_server_may_name_its_own(server: Server, tmp_path: Path) -> None:
    server.script.extend([status(503)] * 2)
    server.script.extend([status(503, Retry_After="9"), status(429, Retry_After="9999")])
    log = Log()
    fetch(order(server), tmp_path / "m", log)
    assert log.pauses == [2, 4, 9, LONGEST_PAUSE]
    assert log.lines[2] == (
        "models/m.onnx: the server answered 503 Service Unavailable; trying again in 9 s"
    )


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [(formatdate(0, usegmt=True), 0, 0), (formatdate(4e9, usegmt=True), 60, 60), ("soon", 2, 2)],
    ids=["a date that is past", "a date far ahead", "no date"],
)
def test_a_server_may_name_a_date(
    server: Server, tmp_path: Path, text: str, low: float, high: float
) -> None:
    server.script.append(status(503, Retry_After=text))
    log = Log()
    fetch(order(server), tmp_path / "m", log)
    (pause,) = log.pauses
    assert low <= pause <= high


# How a server answers, what the error says, and how often it is asked.
FATAL: dict[str, tuple[list[Behaviour], str, int]] = {
    "not there": ([status(404)], "The server answered 404 Not Found.", 1),
    "gone": ([status(410)], "The server answered 410 Gone.", 1),
    "not allowed": ([status(403)], "The server answered 403 Forbidden.", 1),
    "never well": ([status(503, Retry_After="0")] * 9, "503 Service Unavailable (5 times).", 5),
    "never more than a part": (
        [drops_after(HALF), *[drops_after(0)] * 9],
        f"The connection ended after {HALF} of {len(CONTENT)} bytes (5 times).",
        6,
    ),
    "the same part again and again": (
        [drops_and_ignores_ranges(HALF)] * 9,
        f"The connection ended after {HALF} of {len(CONTENT)} bytes (5 times).",
        6,
    ),
    "around in circles": ([redirects("/m.onnx")] * 20, "The server answered 302 Found.", 0),
    "to a file of this machine": (
        [redirects("file:///etc/hostname")],
        "The server answered 302 Found.",
        1,
    ),
    "to nowhere": ([redirects(f"http://{CANARY}:{CANARY}@h:{CANARY}/")], "not a valid address.", 1),
    "to a strange place": ([redirects(f"ftp://{CANARY}@h/")], "not a valid address.", 1),
}


@pytest.mark.parametrize("name", FATAL)
def test_what_cannot_be_had_is_told(server: Server, tmp_path: Path, name: str) -> None:
    script, says, times = FATAL[name]
    server.script.extend(script)
    log = Log()
    with pytest.raises(ModelError) as caught:
        fetch(order(server, f"/m.onnx?key={CANARY}"), tmp_path / "m", log)
    error = caught.value
    assert error.code == Exit.MODEL
    shown = server.url("/m.onnx?…")
    assert error.what == f"models/m.onnx could not be fetched from {shown}."
    assert error.why.endswith(says)
    assert error.todo
    assert len(server.asked) == times or not times
    assert os.listdir(tmp_path) in ([], [partial_path(tmp_path / "m", HASH).name])
    assert CANARY not in "".join([error.what, error.why, error.todo, *log.lines])


def test_who_is_not_let_in_is_told_of_tokens(server: Server, tmp_path: Path) -> None:
    server.script.append(status(401))
    with pytest.raises(ModelError) as caught:
        fetch(order(server), tmp_path / "m")
    assert 'token = "NAME"' in caught.value.todo


def test_another_file_is_an_error_and_is_not_kept(server: Server, tmp_path: Path) -> None:
    server.files["/m.onnx"] = b"another"
    (tmp_path / "m").write_bytes(b"old")
    with pytest.raises(ModelError) as caught:
        fetch(order(server), tmp_path / "m")
    found = hashlib.sha256(b"another").hexdigest()
    assert caught.value.what == f"models/m.onnx: {server.url('/m.onnx')} is another file."
    assert caught.value.why == f"Its SHA-256 is {found} (0.0 MB), not {HASH}."
    assert len(server.asked) == 1
    assert (tmp_path / "m").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["m"]
    server.files["/m.onnx"] = CONTENT
    assert fetch(order(server), tmp_path / "m")


def test_a_web_page_in_place_of_a_model_is_named(server: Server, tmp_path: Path) -> None:
    server.script.append(sends(b"<html>Log in</html>", Content_Type="text/html; charset=utf-8"))
    with pytest.raises(ModelError, match="is another file") as caught:
        fetch(order(server), tmp_path / "m")
    assert caught.value.why.endswith("It is a web page, perhaps one that asks to log in.")


# --- what an earlier run left


def left(tmp_path: Path, content: bytes) -> None:
    partial_path(tmp_path / "m", HASH).write_bytes(content)


def test_an_earlier_runs_part_is_continued(server: Server, tmp_path: Path) -> None:
    left(tmp_path, CONTENT[:HALF])
    log = Log()
    assert fetch(order(server), tmp_path / "m", log) == len(CONTENT) - HALF
    assert server.ranges() == [f"bytes={HALF}-"]
    assert log.lines == ["models/m.onnx: going on after 0.5 of 1.0 MB"]
    assert (tmp_path / "m").read_bytes() == CONTENT


def test_an_earlier_runs_whole_part_needs_no_server(tmp_path: Path) -> None:
    left(tmp_path, CONTENT)
    fetch(WantedModel("m", "http://127.0.0.1:1/m", HASH), tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "ranges"),
    [
        (b"x" * HALF, [f"bytes={HALF}-", ""]),
        (b"x" * len(CONTENT), [f"bytes={len(CONTENT)}-", ""]),
        (CONTENT + b"x", [f"bytes={len(CONTENT) + 1}-", ""]),
    ],
    ids=["of another file", "as large as the whole", "too long"],
)
def test_a_part_that_does_not_fit_is_thrown_away(
    server: Server, tmp_path: Path, content: bytes, ranges: list[str]
) -> None:
    left(tmp_path, content)
    fetch(order(server), tmp_path / "m")
    assert server.ranges() == ranges
    assert (tmp_path / "m").read_bytes() == CONTENT


def test_a_file_that_changes_while_it_is_fetched_is_not_put_together(
    server: Server, tmp_path: Path
) -> None:
    """The halves of two versions: their hash tells, and the new one is fetched whole."""
    left(tmp_path, bytes(HALF))
    log = Log()
    fetch(order(server), tmp_path / "m", log)
    assert (tmp_path / "m").read_bytes() == CONTENT
    assert log.lines[-1] == ("models/m.onnx: the rest does not fit what was there; starting again")


def test_a_link_in_the_parts_place_is_not_followed(server: Server, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    partial_path(tmp_path / "m", HASH).symlink_to(victim)
    with pytest.raises(ModelError, match="could not be written"):
        fetch(order(server), tmp_path / "m")
    assert victim.read_bytes() == b"precious"


# --- disks


def test_a_file_that_does_not_fit_is_not_begun(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=len(CONTENT) - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(ModelError) as caught:
        fetch(order(server), tmp_path / "m")
    assert caught.value.what == "models/m.onnx could not be written."
    assert caught.value.why == "It needs 1.0 MB more, and 1.0 MB are free."
    assert os.listdir(tmp_path) == []


def test_a_disk_that_is_full_is_told_and_left_as_it_was(server: Server, tmp_path: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from slugfit.base.errors import ModelError\n"
        "from slugfit.models.download import DownloadContext, download_model\n"
        "from slugfit.models.wanted import WantedModel\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({HALF}, {HALF}))\n"
        f"order = WantedModel('m.onnx', {server.url('/m.onnx')!r}, {HASH!r})\n"
        "try: download_model(order, '', Path(sys.argv[1]), DownloadContext(print))\n"
        "except ModelError as error: print(error.what, error.why)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "m"],
        env={"PYTHONPATH": str(ROOT / "lib")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "m.onnx could not be written. File too large.\n"
    assert done.stderr == ""
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(server: Server, tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(ModelError, match="could not be written"):
        fetch(order(server), tmp_path / "m")


def test_a_file_in_the_place_of_a_folder_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("")
    with pytest.raises(ModelError, match="could not be written"):
        fetch(order(server), tmp_path / "models/m")


# --- progress


def test_progress_is_told_every_few_seconds(server: Server, tmp_path: Path) -> None:
    log = Log(tick=TELL_SECONDS / 2)
    fetch(order(server), tmp_path / "m", log)
    assert log.lines == [
        "models/m.onnx: 0.5 of 1.0 MB",
        "models/m.onnx: 1.0 of 1.0 MB",
    ]
    server.script.append(unsized)
    log = Log(tick=TELL_SECONDS)
    fetch(order(server), tmp_path / "n", log)
    assert log.lines[0] == "models/m.onnx: 0.3 MB"


# --- who is asked, and who gets the token


def test_a_token_goes_to_the_host_of_the_url_and_to_no_other(
    server: Server, tmp_path: Path
) -> None:
    with serving() as other:
        other.files["/store"] = CONTENT
        server.script.append(redirects("/again", 307))
        server.script.append(redirects(other.url("/store"), 302))
        fetch(order(server), tmp_path / "m", token=CANARY)
        assert [asked.path for asked in server.asked] == ["/m.onnx", "/again"]
        assert {asked.authorization for asked in server.asked} == {f"Bearer {CANARY}"}
        assert [asked.authorization for asked in other.asked] == [""]


def test_no_token_comes_back_from_another_host(server: Server, tmp_path: Path) -> None:
    with serving() as other:
        server.script.append(redirects(other.url("/there")))
        other.script.append(redirects(server.url("/m.onnx")))
        fetch(order(server), tmp_path / "m", token=CANARY)
        assert [asked.authorization for asked in other.asked] == [""]
        assert [asked.authorization for asked in server.asked] == [f"Bearer {CANARY}", ""]


def test_the_rest_is_asked_for_where_the_server_leads(server: Server, tmp_path: Path) -> None:
    with serving() as other:
        other.files["/store"] = CONTENT
        other.script.append(drops_after(HALF))
        server.script.extend([redirects(other.url("/store"))] * 2)
        fetch(order(server), tmp_path / "m")
        assert other.ranges() == ["", f"bytes={HALF}-"]
        assert server.ranges() == ["", f"bytes={HALF}-"]


def test_a_user_and_password_in_the_url_are_sent_as_such(server: Server, tmp_path: Path) -> None:
    url = f"http://me:{CANARY}%40@127.0.0.1:{server.port}/m.onnx"
    fetch(WantedModel("m", url, HASH), tmp_path / "m")
    (asked,) = server.asked
    assert asked.authorization == "Basic bWU6YzRuNHJ5QA=="
    assert asked.path == "/m.onnx"


def test_a_file_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "s t").write_bytes(CONTENT)
    url = (tmp_path / "s t").as_uri()
    assert fetch(WantedModel("m", url, HASH), tmp_path / "m") == len(CONTENT)
    log = Log()
    with pytest.raises(ModelError) as caught:
        fetch(WantedModel("n", url + "-none", HASH), tmp_path / "n", log)
    assert caught.value.why == "It cannot be read: No such file or directory."
    assert log.pauses == []


def test_nobody_there(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/m"
        log = Log()
        with pytest.raises(ModelError) as caught:
            fetch(WantedModel("m", url, HASH), tmp_path / "m", log)
    assert caught.value.why == "The connection failed: Connection refused (5 times)."
    assert len(log.pauses) == 4


def test_a_server_that_falls_silent_is_given_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "SILENT_SECONDS", 0.2)
    event = threading.Event()
    server.script.append(file_server.waits_for(event, HALF))
    log = Log()
    with contextlib.ExitStack() as last:
        last.callback(event.set)
        fetch(order(server), tmp_path / "m", log)
    assert (tmp_path / "m").read_bytes() == CONTENT
    assert "the server was silent for 0.2 seconds; trying again" in log.lines[0]


def test_the_machines_proxy_is_used(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
    monkeypatch.setenv("no_proxy", "")
    server.files["http://models.example/m"] = CONTENT
    fetch(WantedModel("m", "http://models.example/m", HASH), tmp_path / "m", token=CANARY)
    (asked,) = server.asked
    assert asked.path == "http://models.example/m"


def certificate() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


# What the standard library raises, what is told of it, and whether another try may help.
FAILURES: list[tuple[Exception, str, bool]] = [
    (URLError(certificate()), "The server's certificate is not accepted: self-signed", False),
    (URLError(TimeoutError("timed out")), "The server was silent for 30 seconds", True),
    (URLError(OSError("Tunnel connection failed: 407")), "The connection failed: Tunnel", True),
    (ConnectionResetError(104, "Connection reset"), "The connection failed: Connection", True),
    (http.client.RemoteDisconnected("x"), "The server ended the connection without", True),
    (http.client.IncompleteRead(b"x", 5), "The connection ended early", True),
    (http.client.BadStatusLine(CANARY), "The connection ended early", True),
    (http.client.InvalidURL(CANARY), "The url, or one that the server leads to", False),
    (URLError(f"unknown url type: {CANARY}"), "The url, or one that the server", False),
    (ValueError(CANARY), "The url, or one that the server leads to", False),
]


@pytest.mark.parametrize(("error", "says", "again"), FAILURES)
def test_a_failure_of_the_network_is_told_in_words(
    error: Exception,
    says: str,
    again: bool,  # noqa: FBT001
) -> None:
    told = transfer_error(error)
    assert told.reason.startswith(says)
    assert told.again == again
    assert CANARY not in told.reason


SHOWN = {
    "https://models.example/a/b.onnx": "https://models.example/a/b.onnx",
    f"https://me:{CANARY}@models.example:8443/a": "https://models.example:8443/a",
    f"https://{CANARY}@models.example/a": "https://models.example/a",
    f"https://me:{CANARY}@x@models.example/a": "https://models.example/a",
    f"https://models.example/a?token={CANARY}&x=1": "https://models.example/a?…",
    f"https://models.example/a#{CANARY}": "https://models.example/a",
    f"https://me:{CANARY}": "https://…",
    f"https://me:{CANARY}/x@models.example/a": "https://models.example/a",
    f"https://[{CANARY}/a": "https://…",
    "file:///mnt/a": "file:///mnt/a",
}


@pytest.mark.parametrize("url", SHOWN)
def test_a_url_is_shown_without_secrets(url: str) -> None:
    assert shown_address(url) == SHOWN[url]


# --- tokens


def test_a_token_is_a_config_vars_value() -> None:
    wanted = WantedModel("m", "https://models.example/m", HASH, token="HF_TOKEN")  # noqa: S106
    assert model_token(wanted, {"HF_TOKEN": f" {CANARY}\n"}.__getitem__) == CANARY
    assert model_token(WantedModel("m", "u", HASH), str) == ""


@pytest.mark.parametrize("value", ["", " \n", f"{CANARY}\nX: y", f"{CANARY}ü", f"{CANARY}\0"])
def test_a_token_that_cannot_be_sent_is_told_without_its_value(value: str) -> None:
    wanted = WantedModel("m", "https://models.example/m", HASH, token="HF_TOKEN")  # noqa: S106
    with pytest.raises(ModelError) as caught:
        model_token(wanted, lambda _: value)
    error = caught.value
    assert "the config var HF_TOKEN" in error.why
    assert "heroku config:set HF_TOKEN=…" in error.todo
    assert CANARY not in error.what + error.why + error.todo

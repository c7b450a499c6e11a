"""What is being done is told while it takes long, and never gets into an answer."""

from __future__ import annotations

import codecs
import os
import pty
import subprocess
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pythons import command
from slugfit.base.console import Console
from slugfit.base.progress import Progress
from slugfit.base.style import PLAIN, TO_EMPTY_LINE, Style, plain_ascii, style_of
from slugfit.commands.telling import Teller, teller_for, telling
from slugfit.report.stage_words import STAGES
from trees import plant, slug

if TYPE_CHECKING:
    from pathlib import Path


def told(file: Path, stage: str, *, live: bool) -> str:
    """What is told during ``stage`` until something is."""
    progress = Progress()
    with file.open("w") as stream:
        teller = Teller(stream, live, 0.01)
        with telling(teller, progress), progress.during(stage):
            end = time.monotonic() + 30
            while stage in STAGES and not file.stat().st_size and time.monotonic() < end:
                time.sleep(0.01)
    return file.read_bytes().decode()


def test_a_log_gets_lines(tmp_path: Path) -> None:
    lines = told(tmp_path / "log", "measure", live=False).splitlines()
    assert lines[0] == "       ... measuring the slug, 0 s"


def test_a_terminal_gets_one_line_that_goes_again(tmp_path: Path) -> None:
    shown = told(tmp_path / "log", "plan", live=True)
    assert shown.startswith(f"{TO_EMPTY_LINE}looking for what the app does not need, 0 s")
    assert "\n" not in shown
    assert shown.endswith(TO_EMPTY_LINE)


def test_between_stages_nothing_is_told(tmp_path: Path) -> None:
    assert told(tmp_path / "log", "", live=False) == ""


def test_only_the_main_thread_and_a_real_stream_can_be_told(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        teller = Teller(stream, live=False, seconds=0.001)

        def work() -> None:
            progress = Progress()
            with telling(teller, progress), progress.during("plan"):
                time.sleep(0.05)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert (tmp_path / "log").read_text() == ""


def test_an_answer_is_never_where_progress_goes() -> None:
    console = Console(sys.stdout, sys.stderr, Style(live=True))
    assert teller_for(console, as_log=True) == Teller(sys.stdout, live=True, seconds=0.2)
    assert teller_for(console, as_log=False) == Teller(sys.stderr, live=False, seconds=4.0)
    assert teller_for(replace(console, live=True), as_log=False).live


STYLES = {
    "a terminal": (True, {"TERM": "xterm"}, Style(colour=True, live=True)),
    "no colour": (True, {"TERM": "xterm", "NO_COLOR": "1"}, Style(live=True)),
    "an empty NO_COLOR": (True, {"TERM": "xterm", "NO_COLOR": ""}, Style(colour=True, live=True)),
    "a dumb terminal": (True, {"TERM": "dumb"}, PLAIN),
    "no TERM": (True, {}, PLAIN),
    "a file": (False, {"TERM": "xterm"}, PLAIN),
    "a file, forced": (False, {"CLICOLOR_FORCE": "1"}, Style(colour=True)),
    "a file, not forced": (False, {"CLICOLOR_FORCE": "0"}, PLAIN),
    "both": (False, {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, PLAIN),
}


@pytest.mark.parametrize("name", STYLES)
def test_what_a_stream_can_show(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, variables, expected = STYLES[name]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert style_of(sys.stdout, variables) == expected


def test_a_stream_that_knows_ascii_alone_gets_words_in_it() -> None:
    codecs.register_error("plain_ascii", plain_ascii)
    assert "web: \u2026".encode("ascii", "plain_ascii") == b"web: ..."
    assert "a\udcffb\u2192c".encode("ascii", "plain_ascii") == b"a\\udcffb\\u2192c"
    assert "\u2026\udcff".encode("utf-8", "plain_ascii") == b"\xe2\x80\xa6\\udcff"
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", "plain_ascii")


def on_terminal(root: Path, **variables: str) -> str:
    """What a person sees: the engine's output on a terminal of its own."""
    main, other = pty.openpty()
    process = subprocess.Popen(
        command("measure", root),
        stdin=other,
        stdout=other,
        stderr=other,
        env={**os.environ, "TERM": "xterm", **variables},
    )
    os.close(other)
    seen = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:  # Linux: the other end is closed
            break
        if not part:
            break
        seen += part
    os.close(main)
    assert process.wait() == 0
    return seen.decode()


def test_a_person_sees_colour_and_no_trace_of_progress(tmp_path: Path) -> None:
    root = plant(tmp_path, slug({"x.py": "x = 1\n"}))
    shown = on_terminal(root)
    assert "\x1b[1mMeasured (nothing was changed)\x1b[0m" in shown
    assert "\x1b[32mlimit" in shown
    plain = on_terminal(root, NO_COLOR="1")
    assert "\x1b[1m" not in plain
    assert "Measured (nothing was changed)" in plain

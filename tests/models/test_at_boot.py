"""Models at boot: the script that a shell reads, in a home of its own, with several at once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from file_server import drops_after, redirects, serving, status, waits_for
from slugfit.models.at_boot import main
from slugfit.models.boot_script import BOOT_SCRIPT, MODELS_LIST, write_boot_script
from slugfit.models.download import DownloadContext
from slugfit.models.partial_download import partial_path
from slugfit.models.wanted import WantedModel
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from file_server import Server


CANARY = "c4n4ry"
CONTENT = bytes(range(256)) * 8192
HASH = hashlib.sha256(CONTENT).hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        made.files["/m.onnx"] = CONTENT
        yield made


@dataclass
class Ended:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


def slug(root: Path, orders: Sequence[WantedModel], python: Path | str = sys.executable) -> Path:
    """An app as a dyno sees it: what Slugfit wrote at build time, and a Python, moved elsewhere."""
    build = root / "build"
    build.mkdir(parents=True)
    write_boot_script(orders, build)
    home = root / "another home"
    build.rename(home)
    program = home / ".heroku/python/bin/python"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
    program.chmod(0o755)
    return home


def order(server: Server, path: str = "models/m.onnx", **more: object) -> WantedModel:
    return WantedModel(path, server.url(f"/m.onnx?key={CANARY}"), HASH, "boot", **more)  # type: ignore[arg-type]


# As the platform starts a process type: the profile scripts, then the command.
START = 'for script in "${HOME}"/.profile.d/*.sh; do . "${script}"; done; echo started'


def start(home: Path, shell: str = "bash", **variables: str) -> Ended:
    done = subprocess.run(
        [shell, "-eu", "-c", START],
        env=dyno(home) | variables,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert CANARY not in done.stdout + done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


def dyno(home: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "DYNO": "web.1"}


@contextlib.contextmanager
def started(home: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that starts, in a session of its own; what it says goes to ``log``."""
    with log.open("ab") as stream:
        process = subprocess.Popen(
            ["bash", "-eu", "-c", START],
            env=dyno(home),
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    with process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def until(happened: Callable[[], bool]) -> None:
    """Wait for something that other processes do."""
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_a_process_starts_with_its_models(server: Server, tmp_path: Path, shell: str) -> None:
    home = slug(tmp_path, [order(server), order(server, "b c/m.onnx")])
    ended = start(home, shell)
    assert (ended.code, ended.out) == (0, "started\n")
    assert (home / "models/m.onnx").read_bytes() == CONTENT
    assert (home / "b c/m.onnx").read_bytes() == CONTENT
    assert os.listdir(home / "models") == ["m.onnx"]
    assert sorted(re.sub(r"\d+\.\d s", "… s", line) for line in ended.lines) == [
        "slugfit: all models are in place after … s",
        "slugfit: b c/m.onnx: 2.1 MB in … s",
        "slugfit: models/m.onnx: 2.1 MB in … s",
    ]


def test_nothing_is_said_and_asked_when_everything_is_there(server: Server, tmp_path: Path) -> None:
    home = slug(tmp_path, [order(server)])
    start(home)
    server.asked.clear()
    assert start(home) == Ended(0, "started\n", "")
    assert server.asked == []


def test_the_script_leaves_nothing_in_the_shell(server: Server, tmp_path: Path) -> None:
    home = slug(tmp_path, [order(server)])
    done = subprocess.run(
        ["bash", "-c", f'. "{home}/{BOOT_SCRIPT}"; declare -p | grep -c "slug[f]it_python"'],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "0\n"


def test_the_machines_python_is_used_where_the_app_has_none(server: Server, tmp_path: Path) -> None:
    home = slug(tmp_path, [order(server)])
    shutil.rmtree(home / ".heroku/python")
    tools = plant(tmp_path / "tools", {"python3": f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'})
    (tools / "python3").chmod(0o755)
    ended = start(home, PATH=f"{tools}:/usr/bin:/bin")
    assert ended.code == 0
    assert (home / "models/m.onnx").exists()


def test_variables_and_modules_of_the_app_do_not_get_in_the_way(
    server: Server, tmp_path: Path
) -> None:
    home = slug(tmp_path, [order(server)])
    plant(home, {"json.py": "1/0", "slugfit.py": "1/0", "sitecustomize.py": "1/0"})
    ended = start(home, PYTHONPATH=str(home), PYTHONHOME="/nowhere")
    assert (ended.code, ended.out) == (0, "started\n")
    assert list(home.rglob("*.pyc")) == []


# --- what goes wrong


def test_a_model_that_cannot_be_had_stops_the_process(server: Server, tmp_path: Path) -> None:
    server.files.clear()
    ended = start(slug(tmp_path, [order(server)]))
    assert (ended.code, ended.out) == (1, "")
    shown = server.url("/m.onnx?…")
    assert [re.sub(r"\d+\.\d s", "… s", line) for line in ended.lines] == [
        f"slugfit: ! models/m.onnx could not be fetched from {shown}.",
        "slugfit: ! The server answered 404 Not Found.",
        "slugfit: ! Correct its url in pyproject.toml.",
        "slugfit: 1 models are missing after … s",
        "slugfit: the process does not start without its models",
    ]


@pytest.mark.parametrize("dyno", ["run.1234", "run.1"])
def test_a_one_off_process_goes_on_without_them(server: Server, tmp_path: Path, dyno: str) -> None:
    server.files.clear()
    ended = start(slug(tmp_path, [order(server)]), DYNO=dyno)
    assert (ended.code, ended.out) == (0, "started\n")
    assert "slugfit: ! The server answered 404 Not Found." in ended.lines


def test_a_process_goes_on_without_a_model_that_is_not_required(
    server: Server, tmp_path: Path
) -> None:
    wanted = [order(server), WantedModel("n", server.url("/none"), HASH, "boot", required=False)]
    ended = start(slug(tmp_path, wanted))
    assert (ended.code, ended.out) == (0, "started\n")
    assert "slugfit: ! The server answered 404 Not Found." in ended.lines


def test_a_file_of_the_apps_own_is_not_replaced(server: Server, tmp_path: Path) -> None:
    home = slug(tmp_path, [order(server)])
    plant(home, {"models/m.onnx": "mine"})
    ended = start(home)
    assert ended.code == 1
    assert "slugfit: ! models/m.onnx is in the app already, and it is not this model." in ended.err
    assert (home / "models/m.onnx").read_text() == "mine"
    assert server.asked == []


def test_no_link_out_of_the_home_is_followed(server: Server, tmp_path: Path) -> None:
    home = slug(tmp_path, [order(server)])
    (tmp_path / "elsewhere").mkdir()
    (home / "models").symlink_to(tmp_path / "elsewhere")
    assert start(home).code == 1
    assert os.listdir(tmp_path / "elsewhere") == []


@pytest.mark.parametrize(
    ("variables", "code"), [({"HF_TOKEN": CANARY}, 0), ({}, 1), ({"HF_TOKEN": "a\nb"}, 1)]
)
def test_a_token_comes_from_the_config_vars(
    server: Server, tmp_path: Path, variables: dict[str, str], code: int
) -> None:
    home = slug(tmp_path, [order(server, token="HF_TOKEN")])  # noqa: S106 - a name
    with serving() as other:
        other.files["/store"] = CONTENT
        server.script.append(redirects(other.url("/store")))
        assert start(home, **variables).code == code
        assert [asked.authorization for asked in server.asked] == (
            [f"Bearer {CANARY}"] if code == 0 else []
        )
        assert {asked.authorization for asked in other.asked} <= {""}


def test_a_flaky_server_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.script.extend([status(503, Retry_After="0"), drops_after(1_000_000)])
    home = slug(tmp_path, [order(server)])
    ended = start(home)
    assert ended.code == 0
    assert (home / "models/m.onnx").read_bytes() == CONTENT
    assert server.ranges() == ["", "", "bytes=1000000-"]


def test_a_disk_that_is_full_is_told(server: Server, tmp_path: Path) -> None:
    home = slug(tmp_path, [order(server)])
    program = home / ".heroku/python/bin/python"
    # In blocks of 1024 bytes.
    program.write_text(f'#!/bin/bash\nulimit -f 1000\nexec "{sys.executable}" "$@"\n')
    ended = start(home)
    assert ended.code == 1
    assert "slugfit: ! models/m.onnx could not be written." in ended.lines
    assert "slugfit: ! File too large." in ended.lines
    assert os.listdir(home / "models") == []


# --- several at once, and killed in the middle


def test_processes_that_start_together_fetch_once(server: Server, tmp_path: Path) -> None:
    event = threading.Event()
    server.script.append(waits_for(event, 1_000_000))
    home, log = slug(tmp_path, [order(server)]), tmp_path / "log"
    with contextlib.ExitStack() as all_of_them:
        processes = [all_of_them.enter_context(started(home, log)) for _ in range(4)]
        until(lambda: log.read_text().count("another process is fetching it; waiting") == 3)
        event.set()
        assert [process.wait(60) for process in processes] == [0] * 4
    assert server.ranges() == [""]
    assert (home / "models/m.onnx").read_bytes() == CONTENT
    assert os.listdir(home / "models") == ["m.onnx"]
    assert log.read_text().count("started") == 4


def test_when_the_one_that_fetches_is_killed_another_goes_on(
    server: Server, tmp_path: Path
) -> None:
    event = threading.Event()
    server.script.append(waits_for(event, 1_000_000))
    home, log = slug(tmp_path, [order(server)]), tmp_path / "log"
    part = partial_path(home / "models/m.onnx", HASH)
    with started(home, log) as first:
        until(lambda: part.exists() and part.stat().st_size > 500_000)
        with started(home, log) as second:
            until(lambda: "waiting" in log.read_text())
            os.killpg(first.pid, signal.SIGKILL)
            assert second.wait(60) == 0
    event.set()
    (_, rest) = server.ranges()
    assert rest.startswith("bytes=")
    assert (home / "models/m.onnx").read_bytes() == CONTENT


def test_killed_in_the_middle_the_next_start_goes_on(server: Server, tmp_path: Path) -> None:
    home, log = slug(tmp_path, [order(server)]), tmp_path / "log"
    part = partial_path(home / "models/m.onnx", HASH)
    sizes = [0]
    for count in (500_000, 600_000, 700_000):
        event = threading.Event()
        server.script.append(waits_for(event, count))
        with started(home, log) as process:
            until(lambda: part.exists() and part.stat().st_size > sizes[-1])
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        event.set()
        assert not (home / "models/m.onnx").exists()
        sizes.append(part.stat().st_size)
    assert start(home).code == 0
    assert (home / "models/m.onnx").read_bytes() == CONTENT
    assert os.listdir(home / "models") == ["m.onnx"]
    assert server.ranges() == ["", *(f"bytes={size}-" for size in sizes[1:])]


def test_processes_of_one_file_system_and_of_several_models(server: Server, tmp_path: Path) -> None:
    """Eight at once, four files each, of which two have the same content and folder."""
    server.files["/other"] = b"other"
    wanted = [
        order(server, "x/a"),
        order(server, "x/b"),
        WantedModel("x/c", server.url("/other"), OTHER, "boot"),
        order(server, "d"),
    ]
    home, log = slug(tmp_path, wanted), tmp_path / "log"
    with contextlib.ExitStack() as all_of_them:
        processes = [all_of_them.enter_context(started(home, log)) for _ in range(8)]
        assert [process.wait(60) for process in processes] == [0] * 8
    assert len(server.asked) == 4
    assert {path: (home / path).stat().st_size for path in ("x/a", "x/b", "x/c", "d")} == {
        "x/a": len(CONTENT),
        "x/b": len(CONTENT),
        "x/c": 5,
        "d": len(CONTENT),
    }
    assert sorted(os.listdir(home / "x")) == ["a", "b", "c"]


# --- the program itself


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"])
def test_every_python_of_an_app_can_run_it(server: Server, tmp_path: Path, version: str) -> None:
    found = shutil.which(f"python{version}")
    if (
        found is None
        or subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode
    ):
        pytest.skip(f"Python {version} is not on this machine")
    server.script.append(drops_after(1_000_000))
    (tmp_path / "other").write_bytes(b"other")
    local = WantedModel("other", (tmp_path / "other").as_uri(), OTHER, "boot")
    home = slug(tmp_path, [order(server), local], found)
    ended = start(home, PATH=os.environ["PATH"])
    assert (ended.code, ended.out) == (0, "started\n"), ended.err
    assert (home / "other").read_bytes() == b"other"
    assert (home / "models/m.onnx").read_bytes() == CONTENT


def run(home: Path, tick: float) -> list[str]:
    """What is told by a clock that goes on by ``tick`` whenever somebody looks at it."""
    told: list[str] = []
    times = iter(range(1000))
    means = DownloadContext(told.append, lambda: next(times) * tick, lambda _: None)
    main(home / MODELS_LIST, home, {}, means)
    return told


def test_a_slow_start_is_told_with_the_ways_out(server: Server, tmp_path: Path) -> None:
    home = slug(tmp_path, [order(server)])
    *_, total, hint = run(home, 12.0)
    assert re.fullmatch(r"all models are in place after \d+\.0 s", total)
    assert hint.startswith("a web process has 60 s in all until its port must be bound; keep")
    assert run(home, 12.0) == []


def test_the_list_holds_no_value_of_a_config_var(server: Server, tmp_path: Path) -> None:
    home = slug(tmp_path, [order(server, token="HF_TOKEN")])  # noqa: S106 - a name
    (item,) = json.loads((home / MODELS_LIST).read_text())["models"]
    assert item["token"] == "HF_TOKEN"  # noqa: S105

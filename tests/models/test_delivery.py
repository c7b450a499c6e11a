"""Models at build time: the cache, the app's own files, the log, and the command."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from file_server import carried, drops_after, serving, status
from pythons import Ran, engine
from slugfit.base.errors import ModelError
from slugfit.models.boot_script import BOOT_SCRIPT, CARRIED_MODULES, MODELS_LIST
from slugfit.models.delivery import ModelSite, deliver_models
from slugfit.models.download import DownloadContext
from slugfit.models.wanted import WantedModel
from trees import Folder, Link, plant, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from file_server import Server
    from trees import Content


CANARY = "c4n4ry"
FILES = {"/a.onnx": b"a" * 2_300_000, "/b.pt": b"b" * 40_000, "/c.bin": b"c"}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        made.files.update(FILES)
        yield made


def order(server: Server, name: str, **more: object) -> WantedModel:
    url = server.url(f"/{name}?key={CANARY}")
    return WantedModel(f"models/{name}", url, sha256(FILES[f"/{name}"]), **more)  # type: ignore[arg-type]


def all_of(server: Server) -> list[WantedModel]:
    return [order(server, path[1:]) for path in FILES]


def put(
    wanted: Sequence[WantedModel], root: Path, cache: Path | None = None, **variables: str
) -> tuple[list[str], list[str]]:
    """The states of the models, and what was told; the clock stands still."""
    told: list[str] = []
    site = ModelSite(root, cache, lambda name: variables.get(name, ""))
    means = DownloadContext(told.append, lambda: 0.0, lambda _: None)
    done = deliver_models(wanted, site, means)
    return [item.state for item in done], told


def test_models_come_from_the_network_and_then_from_the_cache(
    server: Server, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    states, _ = put(all_of(server), tmp_path / "one", cache)
    assert states == ["fetched"] * 3
    assert len(server.asked) == 3
    states, _ = put(all_of(server), tmp_path / "two", cache)
    assert states == ["cached"] * 3
    assert len(server.asked) == 3
    for app in ("one", "two"):
        for path, content in FILES.items():
            assert (tmp_path / app / "models" / path[1:]).read_bytes() == content
        assert sorted(os.listdir(tmp_path / app / "models")) == ["a.onnx", "b.pt", "c.bin"]
        assert os.listdir(tmp_path / app) == ["models"]


def test_the_cache_and_the_app_share_no_file(server: Server, tmp_path: Path) -> None:
    put(all_of(server), tmp_path / "app", tmp_path / "cache")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) == 6
    assert {file.stat().st_nlink for file in files} == {1}


def test_without_a_cache_they_go_straight_into_the_app(server: Server, tmp_path: Path) -> None:
    assert put(all_of(server), tmp_path / "app")[0] == ["fetched"] * 3
    assert put(all_of(server), tmp_path / "app")[0] == ["there"] * 3
    assert len(server.asked) == 3
    assert os.listdir(tmp_path) == ["app"]


def test_what_no_model_names_leaves_the_cache(server: Server, tmp_path: Path) -> None:
    cache, wanted = tmp_path / "cache", all_of(server)
    put(wanted, tmp_path / "one", cache)
    (cache / f".{'0' * 16}.part").write_bytes(b"x")
    put([wanted[1], order(server, "a.onnx", when="boot")], tmp_path / "two", cache)
    assert os.listdir(cache) == [wanted[1].sha256]
    put([], tmp_path / "three", cache)
    assert os.listdir(cache) == []


def test_a_part_stays_in_the_cache_for_the_next_build(server: Server, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    server.script.extend([drops_after(1_000_000), *[status(404)] * 1])
    with pytest.raises(ModelError, match="could not be fetched"):
        put([order(server, "a.onnx")], tmp_path / "app", cache)
    assert put([order(server, "a.onnx")], tmp_path / "app", cache)[0] == ["fetched"]
    assert server.ranges() == ["", "bytes=1000000-", "bytes=1000000-"]


def test_a_damaged_cache_is_fetched_again(server: Server, tmp_path: Path) -> None:
    cache, wanted = tmp_path / "cache", order(server, "a.onnx")
    put([wanted], tmp_path / "one", cache)
    (cache / wanted.sha256).write_bytes(b"damaged")
    assert put([wanted], tmp_path / "two", cache)[0] == ["fetched"]
    assert (tmp_path / "two/models/a.onnx").read_bytes() == FILES["/a.onnx"]


def test_two_models_of_the_same_content_are_fetched_once(server: Server, tmp_path: Path) -> None:
    one = order(server, "a.onnx")
    two = WantedModel("other/a.onnx", one.url, one.sha256)
    assert put([one, two], tmp_path / "app", tmp_path / "cache")[0] == ["fetched", "cached"]
    assert len(server.asked) == 1


# What stands where models/a.onnx is to go, and what the error says of it.
IN_THE_WAY: dict[str, tuple[dict[str, Content], str]] = {
    "another file": (
        {"models/a.onnx": "mine"},
        f"Its SHA-256 is {sha256(b'mine')}, not {sha256(FILES['/a.onnx'])}. Slugfit replaces no",
    ),
    "a folder": ({"models/a.onnx": Folder()}, "It is a link or a folder."),
    "a link": ({"models/a.onnx": Link("/etc/hostname")}, "It is a link or a folder."),
    "a link to nowhere": ({"models/a.onnx": Link("nowhere")}, "It is a link or a folder."),
    "a file for its folder": ({"models": ""}, "models is a file, not a folder."),
    "a link for its folder": ({"models": Link("/etc")}, "models is a link, not a folder."),
}


@pytest.mark.parametrize("when", ["build", "boot"])
@pytest.mark.parametrize("name", IN_THE_WAY)
def test_what_stands_in_the_way_stays_and_nothing_is_fetched(
    server: Server, tmp_path: Path, name: str, when: str
) -> None:
    planted, says = IN_THE_WAY[name]
    app = plant(tmp_path / "app", planted)
    before = snapshot(app)
    with pytest.raises(ModelError) as caught:
        put([order(server, "b.pt"), order(server, "a.onnx", when=when)], app)
    assert says in caught.value.what + caught.value.why
    assert "models/a.onnx" in caught.value.what
    assert snapshot(app) == before
    assert server.asked == []


def test_all_that_goes_wrong_is_told_at_once(server: Server, tmp_path: Path) -> None:
    server.files.clear()
    with pytest.raises(ModelError) as caught:
        put(all_of(server), tmp_path / "app", tmp_path / "cache")
    assert caught.value.what.startswith("3 models cannot be had:\n- models/a.onnx could not")
    assert caught.value.what.count("The server answered 404 Not Found.") == 3
    assert CANARY not in caught.value.what


def test_a_model_that_is_not_required_is_missed_with_a_warning(
    server: Server, tmp_path: Path
) -> None:
    server.files.pop("/a.onnx")
    wanted = [order(server, "a.onnx", required=False), order(server, "b.pt")]
    states, told = put(wanted, tmp_path / "app", tmp_path / "cache")
    assert states == ["missing", "fetched"]
    assert "! The server answered 404 Not Found." in told
    assert "! The build goes on, because the model says required = false." in told
    assert os.listdir(tmp_path / "app/models") == ["b.pt"]


def test_no_half_of_a_model_that_is_not_required_is_shipped(server: Server, tmp_path: Path) -> None:
    server.script.extend([drops_after(1_000_000), status(404)] * 2)
    wanted = [order(server, "a.onnx", required=False)]
    assert put(wanted, tmp_path / "app")[0] == ["missing"]
    assert os.listdir(tmp_path / "app/models") == []
    assert put(wanted, tmp_path / "two", tmp_path / "cache")[0] == ["missing"]
    assert [file.stat().st_size for file in (tmp_path / "cache").iterdir()] == [1_000_000]


def test_a_token_is_only_needed_for_the_network(server: Server, tmp_path: Path) -> None:
    wanted = [order(server, "a.onnx", token="HF_TOKEN")]  # noqa: S106 - a name
    with pytest.raises(ModelError, match="cannot be fetched"):
        put(wanted, tmp_path / "app", tmp_path / "cache")
    assert server.asked == []
    put(wanted, tmp_path / "app", tmp_path / "cache", HF_TOKEN=CANARY)
    assert [asked.authorization for asked in server.asked] == [f"Bearer {CANARY}"]
    assert put(wanted, tmp_path / "two", tmp_path / "cache")[0] == ["cached"]


def test_a_disk_that_fills_up_while_copying_leaves_nothing_half(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(ModelError, match="could not be written") as caught:
        put([order(server, "a.onnx")], tmp_path / "app", tmp_path / "cache")
    assert caught.value.why == "No space left on device."
    assert os.listdir(tmp_path / "app/models") == []


# --- those for boot


def test_models_for_boot_are_noted_and_not_fetched(server: Server, tmp_path: Path) -> None:
    app = tmp_path / "app"
    states, told = put([order(server, "a.onnx", when="boot")], app, tmp_path / "cache")
    assert states == ["boot"]
    assert told == ["models/a.onnx: fetched when a process starts"]
    assert server.asked == []
    assert not (app / "models").exists()
    listed = json.loads((app / MODELS_LIST).read_text())
    assert [item["path"] for item in listed["models"]] == ["models/a.onnx"]
    assert carried(app) == sorted([*CARRIED_MODULES, "models.json"])
    assert (app / BOOT_SCRIPT).exists()


def test_a_model_for_boot_that_is_in_the_app_is_told(server: Server, tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"models/b.pt": FILES["/b.pt"]})
    states, told = put([order(server, "b.pt", when="boot")], app)
    assert states == ["there"]
    (line,) = told
    assert line.startswith("models/b.pt: 0.0 MB, in the app already; leave it out of the source")
    assert not (app / BOOT_SCRIPT).exists()


def test_without_models_for_boot_nothing_of_an_earlier_run_is_left(
    server: Server, tmp_path: Path
) -> None:
    app = plant(tmp_path / "app", {".heroku/x": "", ".profile.d/x.sh": ""})
    before = snapshot(app)
    put([order(server, "a.onnx", when="boot")], app)
    assert snapshot(app) != before
    put([], app)
    assert snapshot(app) == before


def test_the_apps_own_script_of_that_name_is_left_alone_without_models(tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {BOOT_SCRIPT: "mine", MODELS_LIST: "mine"})
    before = snapshot(app)
    put([], app)
    assert snapshot(app) == before


@pytest.mark.parametrize("path", [".heroku", ".heroku/slugfit", ".profile.d"])
def test_a_link_that_leads_out_of_the_app_gets_nothing(
    server: Server, tmp_path: Path, path: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    app = plant(tmp_path / "app", {path: Link(str(tmp_path / "elsewhere"))})
    with pytest.raises(ModelError, match="has no place"):
        put([order(server, "a.onnx", when="boot")], app)
    assert os.listdir(tmp_path / "elsewhere") == []


def test_a_link_in_a_files_place_is_replaced_not_followed(server: Server, tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    app = plant(tmp_path / "app", {BOOT_SCRIPT: Link(str(tmp_path / "victim"))})
    put([order(server, "a.onnx", when="boot")], app)
    assert (tmp_path / "victim").read_text() == "precious"
    assert not (app / BOOT_SCRIPT).is_symlink()


# --- the log, and the command


def test_the_log(server: Server, tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"models/b.pt": FILES["/b.pt"]})
    server.script.append(drops_after(1_000_000))
    wanted = [*all_of(server)[:2], order(server, "c.bin", when="boot")]
    _, told = put(wanted, app, tmp_path / "cache")
    assert "\n".join(told).replace(str(server.port), "PORT") == (
        "models/a.onnx: fetching from http://127.0.0.1:PORT/a.onnx?…\n"
        "models/a.onnx: the connection ended after 1000000 of 2300000 bytes; trying again in 1 s\n"
        "models/a.onnx: going on after 1.0 of 2.3 MB\n"
        "models/a.onnx: 2.3 MB, fetched in 0.0 s\n"
        "models/b.pt: 0.0 MB, in the app already\n"
        "models/c.bin: fetched when a process starts"
    )
    _, told = put(wanted[:1], tmp_path / "two", tmp_path / "cache")
    assert told == ["models/a.onnx: 2.3 MB, from the build cache"]


def pyproject(orders: Sequence[WantedModel]) -> str:
    keys = ("path", "url", "sha256", "when", "token")
    return "".join(
        "[[tool.slugfit.models]]\n"
        + "".join(f"{key} = {getattr(item, key)!r}\n" for key in keys if getattr(item, key))
        for item in orders
    )


def run(app: Path, *options: Path | str, **environment: str) -> Ran:
    return engine("models", app, *options, **environment)


def test_the_command(server: Server, tmp_path: Path) -> None:
    wanted = [order(server, "b.pt", token="HF_TOKEN"), order(server, "c.bin", when="boot")]  # noqa: S106
    app = plant(tmp_path / "app", {"pyproject.toml": pyproject(wanted)})
    answer = run(app, "--cache-dir", tmp_path / "cache", HF_TOKEN=CANARY)
    assert (answer.code, answer.err) == (0, "")
    assert re.sub(r"\d+\.\d s|:\d+/", "…", answer.out) == (
        "models/b.pt: fetching from http://127.0.0.1…b.pt?…\n"
        "models/b.pt: 0.0 MB, fetched in …\n"
        "models/c.bin: fetched when a process starts\n"
    )
    assert (app / "models/b.pt").read_bytes() == FILES["/b.pt"]
    assert os.listdir(tmp_path / "cache/slugfit/models") == [wanted[0].sha256]
    answer = run(app, "--json")
    found = json.loads(answer.out)
    assert found["version"] == 1
    assert [item["state"] for item in found["models"]] == ["there", "boot"]
    assert found["models"][0]["bytes"] == 40_000
    assert CANARY not in answer.out + answer.err


def test_the_command_in_a_build_log(server: Server, tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"pyproject.toml": pyproject([order(server, "b.pt")])})
    env = plant(tmp_path / "env", {"HF_TOKEN": "x"})
    answer = run(app, "--build-log", "--env-dir", env)
    lines = answer.out.splitlines()
    assert lines[0] == "-----> Models"
    assert len(lines) == 3
    assert all(line.startswith("       models/b.pt: ") for line in lines[1:])


def test_the_command_without_models(tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"app.py": ""})
    assert run(app).out == (
        "pyproject.toml asks for no models: it has no [[tool.slugfit.models]].\n"
    )
    assert run(app, "--build-log") == Ran(0, "", "")
    assert run(app / "nothing").code == 7


FAILING: Mapping[str, tuple[str, int, str]] = {
    "not there": ("/none", 10, "The server answered 404 Not Found."),
    "another file": ("/b.pt", 10, "is another file."),
}


@pytest.mark.parametrize("name", FAILING)
def test_the_command_fails_if_a_model_cannot_be_had(
    server: Server, tmp_path: Path, name: str
) -> None:
    path, code, says = FAILING[name]
    wanted = WantedModel("models/x", server.url(path) + f"?{CANARY}", "0" * 64)
    app = plant(tmp_path / "app", {"pyproject.toml": pyproject([wanted])})
    answer = run(app)
    assert answer.code == code
    assert says in answer.err
    assert answer.err.startswith("slugfit: models/x")
    assert CANARY not in answer.out + answer.err
    # Nor does a config var, which is not sent anywhere, appear in the list of what was built.
    assert not (app / "models/x").exists()


def test_a_wrong_model_is_an_error_of_the_configuration(tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"pyproject.toml": "[[tool.slugfit.models]]\nurl = 'x'\n"})
    for command in ("models", "config", "plan"):
        answer = engine(command, app)
        assert answer.code == 2
        assert "[[tool.slugfit.models]] 1: path is missing" in answer.err

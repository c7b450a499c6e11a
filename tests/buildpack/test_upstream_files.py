"""The wrapped buildpack from a folder or an archive."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import tarfile
import threading
import zipfile
from functools import partial
from typing import TYPE_CHECKING

import pytest

from buildpacks import CANARY, MARK, Buildpack, executable, fake_upstream, without_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("idle")


def test_a_folders_history_and_old_export_are_not_taken_over(
    wrapping: Buildpack, tmp_path: Path
) -> None:
    folder = tmp_path / "an upstream"
    (folder / "export").write_text("export OLD=1\n")
    executable(folder / ".git/config", "x")
    executable(folder / "lib/.git/config", "x")
    assert wrapping.compile().code == 0
    assert (wrapping.root / "export").read_text() == f"export FROM_UPSTREAM=yes\n{MARK}"
    assert not (wrapping.root / ".upstream/.git").exists()
    assert (folder / "export").read_text() == "export OLD=1\n"


def archive(folder: Path, name: str, top: str) -> Path:
    fake_upstream(folder / "content" / top)
    (folder / "content" / top / "export").write_text("export OLD=1\n")
    target = folder / name
    content = folder / "content"
    if name.endswith(".zip"):
        with zipfile.ZipFile(target, "w") as zipped:
            for path in sorted(content.rglob("*")):
                zipped.write(path, path.relative_to(content))
    elif name.endswith(".zst"):
        subprocess.run(["tar", "--zstd", "-cf", target, "-C", content, "."], check=True)
    else:
        with tarfile.open(target, "w" if name.endswith(".tar") else "w:gz") as packed:
            packed.add(content, ".")
    return target


def needs(name: str) -> None:
    tool = {"zip": "unzip", "zst": "zstd"}.get(name.rpartition(".")[2])
    if tool and not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")


@pytest.mark.parametrize("top", ["", "heroku-buildpack-python-b4e7e72"])
@pytest.mark.parametrize("name", ["u p.tar", "u p.tgz", "u p.tar.gz", "u p.tar.zst", "u p.zip"])
def test_archives(pack: Buildpack, tmp_path: Path, name: str, top: str) -> None:
    needs(name)
    pack.config(SLUGFIT_UPSTREAM=str(archive(tmp_path / "archives", name, top)))
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    assert "-----> fake upstream: compile one" in ran.out
    assert (pack.root / "export").read_text() == f"export FROM_UPSTREAM=yes\n{MARK}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    folder = tmp_path / "archives"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(folder))
    ) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield f"user:{CANARY}@127.0.0.1:{web.server_port}"
        web.shutdown()


def test_an_archive_from_the_network(pack: Buildpack, tmp_path: Path, server: str) -> None:
    archive(tmp_path / "archives", "up.tgz", "python")
    pack.config(SLUGFIT_UPSTREAM=f"http://{server}/up.tgz?token={CANARY}")
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    host = server.partition("@")[2]
    assert f"-----> Wrapping the buildpack from http://{host}/up.tgz?…" in ran.out
    pack.config(SLUGFIT_UPSTREAM=f"file://{tmp_path}/archives/up.tgz")
    assert pack.compile().code == 0


def test_an_archive_that_is_not_there(pack: Buildpack, server: str) -> None:
    pack.config(SLUGFIT_UPSTREAM=f"http://{server}/up.tgz?token={CANARY}")
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert " !     Reason: curl: (22) The requested URL returned error: 404" in ran.out


@pytest.mark.parametrize("name", ["up.tar", "up.tgz", "up.tar.zst", "up.zip"])
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda whole: whole[: len(whole) // 2], "the archive is cut off, or it is none (it has "),
        (lambda _: b"<html>Log in</html>", "the archive is cut off, or it is none (it has 19 "),
        (lambda _: b"", "the archive is empty (0 bytes)"),
    ],
)
def test_an_archive_that_is_not_whole(
    pack: Buildpack, tmp_path: Path, name: str, damage: Callable[[bytes], bytes], told: str
) -> None:
    needs(name)
    file = archive(tmp_path / "archives", name, "")
    file.write_bytes(damage(file.read_bytes()))
    pack.config(SLUGFIT_UPSTREAM=str(file))
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert f" !     Reason: {told}" in ran.out
    for words in ("tar:", "gzip:", "unzip:", "stdin"):
        assert words not in ran.out


def test_an_archive_that_no_program_here_unpacks(pack: Buildpack, tmp_path: Path) -> None:
    (tmp_path / "up.zip").write_bytes(b"PK")
    tools = without_python(tmp_path / "tools")
    (tmp_path / "tools/unzip").unlink(missing_ok=True)
    pack.config(SLUGFIT_UPSTREAM=str(tmp_path / "up.zip"))
    ran = pack.compile(PATH=f"{pack.environment['PATH'].partition(':')[0]}:{tools}")
    assert (ran.code, ran.err) == (1, "")
    assert "Reason: this machine has no unzip to unpack it with. Pack it as .tar.gz" in ran.out


@pytest.mark.parametrize("value", ["/nowhere", "v351", "heroku/python", "/"])
def test_a_value_that_is_nothing_known(pack: Buildpack, value: str) -> None:
    pack.config(SLUGFIT_UPSTREAM=value)
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert f" !     From:   {value}\n" in ran.out
    assert (
        " !     Reason: it is not a folder with a bin/compile, not an archive and not a git"
        in ran.out
    )


def test_a_bin_compile_that_cannot_be_run(wrapping: Buildpack, tmp_path: Path) -> None:
    (tmp_path / "an upstream/bin/compile").chmod(0o644)
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (1, "")
    assert "Reason: it has no bin/compile that can be run" in ran.out

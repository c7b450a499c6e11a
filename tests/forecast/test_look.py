"""Looking into wheels on a real server: with ranges, without, with credentials, and again."""

from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from range_server import Served, serving
from slugfit.forecast.cache import Cache
from slugfit.forecast.errors import RangeError
from slugfit.forecast.look import look_at, look_at_all
from slugfit.forecast.range_reader import read_whole
from slugfit.forecast.wanted import Wanted

if TYPE_CHECKING:
    from pathlib import Path


def wheel_of(size: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pkg/data.bin", os.urandom(size))
        archive.writestr("pkg/__init__.py", "x = 1\n" * 100)
    return packed.getvalue()


PATH = "/pkg-1-py3-none-any.whl"


def wanted(url: str, digest: str = "") -> Wanted:
    return Wanted("pkg", "1", "wheel", url, digest)


def test_only_the_end_of_a_wheel_is_read(tmp_path: Path) -> None:
    served = Served({PATH: wheel_of(500_000)})
    with serving(served) as place:
        look = look_at(wanted(place + PATH), Cache(tmp_path))
    assert look.seen == "files"
    assert [(item.path, item.size) for item in look.entries] == [
        ("pkg/data.bin", 500_000),
        ("pkg/__init__.py", 600),
    ]
    assert served.asked == [(PATH, "bytes=-65536")]


def test_a_wheel_is_read_once(tmp_path: Path) -> None:
    served = Served({PATH: wheel_of(1000)})
    cache = Cache(tmp_path / "deep/down")
    with serving(served) as place:
        first = look_at_all([wanted(place + PATH, "sha256=1")], cache)
        assert look_at_all([wanted(place + PATH, "sha256=1")], cache) == first
        assert len(served.asked) == 1
        # Another hash is another file.
        look_at(wanted(place + PATH, "sha256=2"), cache)
        assert len(served.asked) == 2


def test_a_damaged_cache_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    served = Served({PATH: wheel_of(1000)})
    with serving(served) as place:
        first = look_at(wanted(place + PATH), Cache(tmp_path))
        for content in (b"", b"[]", b'{"files": [[1]]}', b'{"files": [["a", "b", 1, 2]]}'):
            next(tmp_path.iterdir()).write_bytes(content)
            assert look_at(wanted(place + PATH), Cache(tmp_path)) == first


def test_a_cache_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with serving(Served({PATH: wheel_of(1000)})) as place:
        assert look_at(wanted(place + PATH), Cache(tmp_path / "cache")).seen == "files"


def test_a_server_without_ranges_gives_the_wheels_size(tmp_path: Path) -> None:
    content = wheel_of(3_000_000)
    with serving(Served({PATH: content}, ranges=False)) as place:
        look = look_at(wanted(place + PATH), Cache(tmp_path))
    assert (look.seen, look.size, look.entries) == ("size", len(content), ())


@pytest.mark.parametrize(
    ("user", "seen"), [("me:s3cret%2F", "files"), ("me:wrong", "nothing"), ("", "nothing")]
)
def test_credentials_of_a_url_are_sent_and_never_shown(
    tmp_path: Path, user: str, seen: str
) -> None:
    with serving(Served({PATH: wheel_of(1000)}, user="me:s3cret/")) as place:
        host = place.removeprefix("http://")
        look = look_at(
            wanted(f"http://{user}@{host}{PATH}" if user else place + PATH), Cache(tmp_path)
        )
        assert look.seen == seen
        assert "wrong" not in look.why
        assert ("401" in look.why) == (seen == "nothing")
    for file in tmp_path.iterdir():
        assert "s3cret" not in file.name + file.read_text()


def test_netrc_has_credentials_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", os.fspath(tmp_path / "netrc"))
    with serving(Served({PATH: wheel_of(1000)}, user="me:s3cret")) as place:
        assert look_at(wanted(place + PATH), Cache(tmp_path / "cache")).seen == "files"


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "404"), (b"<html>no</html>", "no directory"), (wheel_of(99)[:-40], "directory")],
)
def test_what_is_not_there_or_no_wheel_is_told(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    with serving(Served({} if content is None else {PATH: content})) as place:
        look = look_at(wanted(place + PATH), Cache(tmp_path))
    assert look.seen == "nothing"
    assert why in look.why
    assert not list(tmp_path.iterdir())


def test_files_and_sources_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a b.whl").write_bytes(wheel_of(1000))
    (tmp_path / "pkg.tar.gz").write_bytes(b"x" * 77)
    cache = Cache(tmp_path / "cache")
    assert look_at(wanted(f"file://{tmp_path}/a%20b.whl"), cache).seen == "files"
    url = f"file://{tmp_path}/pkg.tar.gz"
    sources = look_at(Wanted("pkg", "1", "archive", url), cache)
    assert (sources.seen, sources.size) == ("sources", 77)
    repository = Wanted("pkg", "1", "repository", "https://git.example/pkg")
    assert look_at(repository, cache).seen == "sources"
    assert look_at(wanted("file:///nonexistent/x.whl"), cache).seen == "nothing"


@pytest.mark.parametrize("url", ["ftp://host.example/x", "http://127.0.0.1:1/x", "gopher:x"])
def test_what_cannot_be_asked_is_one_error(url: str) -> None:
    with pytest.raises(RangeError):
        read_whole(url)

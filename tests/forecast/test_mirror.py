"""The index on the loopback that pip is led to: the same answers as the real ones, and sooner."""

from __future__ import annotations

import hashlib
import json
import os
import time
import urllib.error
import urllib.request
import zipfile
from typing import TYPE_CHECKING

import pytest

from indexes import wheel
from range_server import Served, serving
from slugfit.forecast.cache import Cache
from slugfit.forecast.errors import WheelError
from slugfit.forecast.index import find_files
from slugfit.forecast.mirror import can_mirror, mirroring
from slugfit.forecast.range_reader import Part
from slugfit.forecast.stock import Stock
from slugfit.forecast.target import Target
from slugfit.forecast.wheel_directory import members_of
from slugfit.forecast.wheel_metadata import Needed, metadata_of, parse_needed, requirements_of

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.forecast.lock_files import File

TARGET = Target((3, 12), "x86_64", (2, 39), "heroku-24")


def index_of(folder: Path) -> Served:
    """shop needs base; base has a newer version for another Python, one withdrawn, and sources."""
    wheels = [
        wheel(
            folder, "shop", "1.0", "py3-none-any", ["base>=1; python_version>'3'", "x; extra=='y'"]
        ),
        *(
            wheel(folder, "base", version, "py3-none-any")
            for version in ("1.0", "1.1", "1.2", "3.0")
        ),
        wheel(folder, "base", "2.0", "cp37-cp37m-win_amd64"),
    ]
    files = {f"/files/{file.name}": file.read_bytes() for file in wheels}
    links: dict[str, str] = {"shop": "", "base": '<a href="/files/base-0.9.tar.gz">'}
    said = {"base-1.2": ' data-yanked="bad"', "base-3.0": ' data-requires-python="&gt;=3.99"'}
    for file in wheels:
        name, version, *_ = file.name.split("-")
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        more = said.get(f"{name}-{version}", "")
        links[name] += f'<a href="/files/{file.name}#sha256={digest}"{more}>'
    files |= {f"/simple/{name}/": text.encode() for name, text in links.items()}
    return Served(files)


def stock_of(place: str, folder: Path) -> Stock:
    def find(name: str) -> tuple[File, ...]:
        return find_files(f"{place}/simple", name)

    return Stock(TARGET, find, Cache(folder / "cache"), TARGET.tags())


def get(url: str) -> bytes:
    assert url.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - the line above
        content: bytes = answer.read()
        return content


def test_a_page_has_what_fits_and_the_metadata_beside_it(tmp_path: Path) -> None:
    with serving(index_of(tmp_path)) as place, mirroring(stock_of(place, tmp_path)) as mirror:
        files = {
            item["filename"]: item
            for item in json.loads(get(f"{mirror.base}/simple/Base/"))["files"]
        }
        wheels = [f"base-{version}-py3-none-any.whl" for version in ("1.0", "1.1", "1.2", "3.0")]
        assert list(files) == ["base-0.9.tar.gz", *wheels]
        assert files["base-0.9.tar.gz"]["url"] == f"{place}/files/base-0.9.tar.gz"
        assert [files[name]["yanked"] for name in wheels] == [False, False, "bad", False]
        assert files[wheels[3]]["requires-python"] == ">=3.99"
        chosen = files[wheels[1]]
        assert b"Version: 1.1\n" in get(f"{chosen['url']}.metadata")
        assert get(chosen["url"])[:2] == b"PK"
        assert mirror.real_url(chosen["url"]) == f"{place}/files/{wheels[1]}"
        assert mirror.real_url("https://other.example/x.whl") == "https://other.example/x.whl"


def test_what_a_list_needs_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    served = index_of(tmp_path)
    with serving(served) as place, mirroring(stock_of(place, tmp_path)) as mirror:
        mirror.stock.expect(
            ["shop==1.0 --hash=sha256:0", "-r other.txt", "https://x.example/a.whl"]
        )
        guessed = f"{place}/files/base-1.1-py3-none-any.whl"
        end = time.monotonic() + 60
        while guessed not in mirror.stock.wheels and time.monotonic() < end:
            time.sleep(0.01)
        mirror.stock.pool.shutdown()
        asked = {path for path, _ in served.asked}
        assert "/simple/x/" not in asked
        before = len(served.asked)
        pages = [json.loads(get(f"{mirror.base}/simple/{name}/")) for name in ("shop", "base")]
        for url in (pages[0]["files"][0]["url"], pages[1]["files"][2]["url"]):
            get(f"{url}.metadata")
        assert len(served.asked) == before
        known = Cache(tmp_path / "cache")
        digest = hashlib.sha256((tmp_path / "shop-1.0-py3-none-any.whl").read_bytes()).hexdigest()
        assert known.has(f"{place}/files/shop-1.0-py3-none-any.whl", f"sha256={digest}")


@pytest.mark.parametrize("path", ["", "/simple/none/", "/files/7/a.whl", "/files/7/a.whl.metadata"])
def test_anything_else_is_not_there(tmp_path: Path, path: str) -> None:
    with serving(index_of(tmp_path)) as place, mirroring(stock_of(place, tmp_path)) as mirror:
        for base in (mirror.base, mirror.base.rpartition("/")[0]):
            with pytest.raises(urllib.error.HTTPError) as caught:
                get(f"{base}{path}")
            assert caught.value.code == 404
            caught.value.close()


def test_a_server_without_ranges_has_no_metadata(tmp_path: Path) -> None:
    served = index_of(tmp_path)
    served.ranges = False
    with serving(served) as place, mirroring(stock_of(place, tmp_path)) as mirror:
        (file,) = json.loads(get(f"{mirror.base}/simple/shop/"))["files"]
        with pytest.raises(urllib.error.HTTPError) as caught:
            get(f"{file['url']}.metadata")
        caught.value.close()


def test_pip_is_led_here_and_to_no_other_index(tmp_path: Path) -> None:
    with serving(index_of(tmp_path)) as place, mirroring(stock_of(place, tmp_path)) as mirror:
        told = mirror.variables({"NO_PROXY": "a.example"})
        assert told["PIP_INDEX_URL"] == f"{mirror.base}/simple/"
        assert (told["NO_PROXY"], told["no_proxy"]) == ("a.example,127.0.0.1", "127.0.0.1")
        with pytest.raises(urllib.error.HTTPError) as caught:
            get(f"{told['PIP_EXTRA_INDEX_URL']}shop/")
        caught.value.close()


@pytest.mark.parametrize(
    ("text", "led"),
    [
        ("shop\n-r other.txt\n--only-binary=:all:\n", "here"),
        ("# --index-url https://x.example\nindex-url\n", "here"),
        ("-i https://x.example\nshop\n", ""),
        ("--extra-index-url=https://x.example\n", ""),
        ("--find-links wheels\n", ""),
        ("--no-index\n", ""),
    ],
)
def test_a_list_with_its_own_indexes_goes_to_them(
    text: str, led: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.libc_ver", lambda: ("glibc", "2.39"))
    assert can_mirror([text]) is bool(led)


@pytest.mark.parametrize(
    ("line", "needed"),
    {
        "Shop_Web": Needed("shop-web", ()),
        "a[b,c]>=1,<2 ; python_version>'3'": Needed(
            "a", ((">=", "1"), ("<", "2")), "python_version>'3'"
        ),
        "a (==1.0)": Needed("a", (("==", "1.0"),)),
        "a~=1.0": Needed("a", (("~=", "1.0"),)),
        "a @ https://x.example/a.whl": None,
        "./folder": None,
        "": None,
    }.items(),
)
def test_requirements_are_read(line: str, needed: Needed | None) -> None:
    assert parse_needed(line) == needed


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("ahead", [0, 70_000])
def test_metadata_is_read_wherever_it_stands(tmp_path: Path, method: int, ahead: int) -> None:
    file = tmp_path / "a-1-py3-none-any.whl"
    text = "Name: a\nRequires-Dist: b>=1\nRequires-Dist: ./c\n"
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("a-1.dist-info/METADATA", text)
        archive.writestr("a/data", os.urandom(ahead))
    content = file.read_bytes()
    start = max(len(content) - 65536, 0)
    tail = Part(start, content[start:], len(content))

    def read(start: int, length: int) -> bytes:
        return content[start : start + length]

    members = members_of(tail, read)
    if method == zipfile.ZIP_LZMA:
        with pytest.raises(WheelError):
            metadata_of(members, tail, read)
        return
    assert metadata_of(members, tail, read).decode() == text
    assert list(requirements_of(text.encode())) == [Needed("b", ((">=", "1"),))]


def test_damaged_metadata_is_said() -> None:
    with pytest.raises(WheelError):
        metadata_of((), Part(0, b"", 0), lambda *_: b"")

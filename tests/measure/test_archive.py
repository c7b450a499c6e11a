"""The slug's format, checked against the real gzip and tar."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.measure.archive import write_gzip
from slugfit.measure.deflate import BLOCK_SIZE, deflate
from slugfit.measure.pieces import _TYPES, EPOCH, Member, Piece, slug_pieces, stream_size
from slugfit.scan.tree import scan_tree
from trees import Content, Folder, Link, plant, snapshot

MEGABYTE = 1_000_000

TREES: dict[str, dict[str, Content]] = {
    "empty": {},
    "a file of no bytes": {"a": ""},
    "a file of exactly three blocks": {"a": b"x" * (3 * BLOCK_SIZE)},
    "one byte more than a block": {"a": b"x" * (BLOCK_SIZE - 1023)},
    "files around a tar block": {str(size): b"x" * size for size in (511, 512, 513, 1024)},
    "links": {"a/b": "x", "to": Link("a/b"), "out": Link("../../etc"), "none": Link("nothing")},
    "a link to a long place": {"link": Link("x/" * 200 + "y")},
    "an empty folder": {"a/b": Folder()},
    "names over 100 bytes": {"x" * 90 + "/" + "y" * 95 + "/z": "deep", "n" * 101: "flat"},
    "names over 255 bytes": {"/".join(["d" * 100] * 5): "very deep"},
    "names in other letters": {"é/ü": "", "two\nlines": "", "a b": "", "\udcff\udcfe": "bytes"},
    "a name that just fits": {"x" * (100 - len("./app/")): "", "y" * (101 - len("./app/")): ""},
}


def _write(root: Path, target: Path) -> int:
    return write_gzip(target, slug_pieces(scan_tree(root)))


def _library(target: Path, limit: int) -> Path:
    """Part of the standard library: source, bytecode and shared libraries, in sorted order."""
    source = Path(sysconfig.get_path("stdlib"))
    size = 0
    names = ("asyncio", "collections", "ctypes", "email", "encodings", "json", "unittest")
    for name in (*names, "lib-dynload", "__pycache__"):
        for file in sorted((source / name).rglob("*")):
            if file.is_file() and size < limit:
                place = target / file.relative_to(source)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, place)
                size += file.stat().st_size
    return target


@pytest.mark.parametrize("name", TREES)
def test_real_gzip_and_tar_accept_it_and_give_the_tree_back(tmp_path: Path, name: str) -> None:
    root = plant(tmp_path / "root", {"placeholder/x": "", **TREES[name]})
    if not TREES[name]:
        shutil.rmtree(root / "placeholder")
    slug = tmp_path / "slug.tgz"
    size = _write(root, slug)
    assert size == slug.stat().st_size
    subprocess.run(["gzip", "-t", slug], check=True)
    listed = subprocess.run(["tar", "-tzf", slug], check=True, capture_output=True).stdout
    assert all(line.startswith(b"./app/") for line in listed.splitlines())
    (tmp_path / "out").mkdir()
    unpack = ["tar", "-xzpf", str(slug), "-C", str(tmp_path / "out")]
    done = subprocess.run(unpack, check=True, capture_output=True)
    assert done.stderr == b""
    assert snapshot(tmp_path / "out/app") == snapshot(root)


def test_it_is_one_gzip_member_of_whole_tar_records(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"a": b"x" * 700_000, "b": "y"})
    slug = tmp_path / "slug.tgz"
    _write(root, slug)
    stream = gzip.decompress(slug.read_bytes())
    assert len(stream) % tarfile.RECORDSIZE == 0
    assert slug.read_bytes()[:4] == b"\x1f\x8b\x08\x00"
    assert slug.read_bytes()[4:8] == bytes(4)
    assert int.from_bytes(slug.read_bytes()[-4:], "little") == len(stream)


def test_a_header_says_what_matters_and_nothing_of_the_build(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"run.sh": "#!/bin/sh", "link": Link("run.sh")})
    (root / "run.sh").chmod(0o4755)
    slug = tmp_path / "slug.tgz"
    _write(root, slug)
    with tarfile.open(slug) as found:
        script, link = found.getmember("./app/run.sh"), found.getmember("./app/link")
    assert (script.mode, script.uid, script.uname, script.mtime) == (0o4755, 0, "", EPOCH)
    assert (link.issym(), link.linkname) == (True, "run.sh")


def test_a_source_keeps_the_time_its_bytecode_names(tmp_path: Path) -> None:
    timed, hashed = bytes(16), bytes(4) + b"\x01" + bytes(11)
    tag = sys.implementation.cache_tag
    root = plant(
        tmp_path,
        {
            "a.py": "",
            f"__pycache__/a.{tag}.pyc": timed,
            "b.py": "",
            f"__pycache__/b.{tag}.pyc": hashed,
            f"__pycache__/short.{tag}.pyc": b"",
        },
    )
    for name in ("a.py", "b.py"):
        os.utime(root / name, ns=(0, 1_600_000_000_500_000_000))
    slug = tmp_path / "slug.tgz"
    pieces = list(slug_pieces(scan_tree(root)))
    write_gzip(slug, pieces)
    with tarfile.open(slug) as found:
        times = {member.name: member.mtime for member in found}
    assert times["./app/a.py"] == 1_600_000_000
    assert times["./app/b.py"] == EPOCH


def test_the_same_tree_is_the_same_bytes_everywhere(tmp_path: Path) -> None:
    first = _library(tmp_path / "first/root", 2 * MEGABYTE)
    second = tmp_path / "second"
    shutil.copytree(first, second, symlinks=True)
    for number, root in enumerate((first, first, second)):
        _write(root, tmp_path / f"slug.{number}")
    written = {(tmp_path / f"slug.{number}").read_bytes() for number in range(3)}
    assert len(written) == 1


@pytest.mark.parametrize("cores", [1, 7])
def test_the_number_of_cores_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    root = _library(tmp_path / "root", MEGABYTE)
    _write(root, tmp_path / "usual")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    _write(root, tmp_path / "other")
    assert (tmp_path / "usual").read_bytes() == (tmp_path / "other").read_bytes()


def test_a_system_that_does_not_tell_its_cores_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    _write(plant(tmp_path / "root", {"a": "x"}), tmp_path / "slug.tgz")
    subprocess.run(["gzip", "-t", tmp_path / "slug.tgz"], check=True)


def test_the_size_is_that_of_real_tar_and_gzip(tmp_path: Path) -> None:
    root = _library(tmp_path / "app", 8 * MEGABYTE)
    size = _write(root, tmp_path / "slug.tgz")
    command = f"tar -c --owner=0 --group=0 --sort=name -C {tmp_path} ./app | gzip -6 | wc -c"
    done = subprocess.run(["bash", "-c", command], check=True, capture_output=True)
    assert size == pytest.approx(int(done.stdout), rel=0.01)


def test_a_file_that_became_shorter_is_filled_up(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"a": "0123456789", "b": "next"})
    pieces = list(slug_pieces(scan_tree(root)))
    (root / "a").write_text("012")
    write_gzip(tmp_path / "slug.tgz", pieces)
    with tarfile.open(tmp_path / "slug.tgz") as found:
        first, second = (found.extractfile(f"./app/{name}") for name in "ab")
        assert first is not None
        assert second is not None
        assert first.read() == b"012" + bytes(7)
        assert second.read() == b"next"


def test_a_file_that_became_longer_is_cut_off(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"a": "012"})
    pieces = list(slug_pieces(scan_tree(root)))
    (root / "a").write_text("0123456789")
    write_gzip(tmp_path / "slug.tgz", pieces)
    with tarfile.open(tmp_path / "slug.tgz") as found:
        member = found.extractfile("./app/a")
        assert member is not None
        assert member.read() == b"012"


def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"a": "x", "b": "y"})
    target = tmp_path / "slug.tgz"
    target.write_text("the one before")
    pieces = list(slug_pieces(scan_tree(root)))
    (root / "b").unlink()
    with pytest.raises(FileNotFoundError):
        write_gzip(target, pieces)
    assert target.read_text() == "the one before"
    assert sorted(os.listdir(tmp_path)) == ["root", "slug.tgz"]


def test_a_part_of_a_file_is_a_piece_too(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(range(256)) * 4)
    blocks = list(deflate([Piece("k", b"", file, 100, 56)]))
    assert [block.data for block, _ in blocks] == [bytes(range(100, 156))]
    assert blocks[0][0].shares == (("k", 56),)


def test_the_stream_s_size_is_known_before_it_is_made(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", TREES["names over 255 bytes"] | TREES["links"])
    pieces = list(slug_pieces(scan_tree(root)))
    write_gzip(tmp_path / "slug.tgz", pieces)
    stream = gzip.decompress((tmp_path / "slug.tgz").read_bytes())
    assert stream_size(pieces) >= len(stream)
    assert stream_size(pieces[:-1]) + pieces[-1].length == len(stream)


def test_a_header_is_what_tarfile_reads() -> None:
    header = Member("./app/é", 0o644, "file", 3).header()
    with tarfile.open(fileobj=io.BytesIO(header + b"abc".ljust(512, b"\0") + bytes(1024))) as found:
        assert [(member.name, member.size) for member in found] == [("./app/é", 3)]


def test_memory_does_not_grow_with_a_file(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"small": ""})
    with (root / "big").open("wb") as file:
        for number in range(64):
            file.write(bytes([number]) * 2**20)
    found = scan_tree(root)
    tracemalloc.start()
    try:
        write_gzip(tmp_path / "slug.tgz", slug_pieces(found))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 24 * MEGABYTE


NAMES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200
) | st.sampled_from(
    ["a" * 100, "a" * 101, "é" * 50, "é" * 51, "folder/", "a\udcff", "./app/" + "a/" * 60]
)


@given(
    names=st.tuples(NAMES, NAMES),
    mode=st.integers(0, 0o177777),
    kind=st.sampled_from([*_TYPES]),
    size=st.integers(0, 2**34) | st.sampled_from([0, 8**11 - 1, 8**11]),
    mtime=st.integers(0, 2**32),
)
def test_a_header_is_that_of_tarfile(
    names: tuple[str, str], mode: int, kind: str, size: int, mtime: int
) -> None:
    info = tarfile.TarInfo(names[0])
    info.linkname, info.mode, info.size, info.mtime = names[1], mode & 0o7777, size, mtime
    info.type = _TYPES[kind]
    usual = info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    assert Member(names[0], mode, kind, size, names[1], mtime).header() == usual

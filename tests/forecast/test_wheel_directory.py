"""The directory at the end of a wheel."""

from __future__ import annotations

import io
import zipfile

import pytest

from slugfit.forecast.errors import WheelError
from slugfit.forecast.range_reader import Part
from slugfit.forecast.wheel_directory import Entry, directory_of


def archive(files: dict[str, bytes], comment: bytes = b"") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.comment = comment
        for name, content in files.items():
            wheel.writestr(name, content)
    return packed.getvalue()


def entries(content: bytes, length: int) -> tuple[Entry, ...]:
    start = max(len(content) - length, 0)
    tail = Part(start, content[start:], len(content))
    return directory_of(tail, lambda start, length: content[start : start + length])


FILES = {"pkg/__init__.py": b"x = 1\n" * 50, "pkg/ä.txt": b"", "pkg/": b""}


@pytest.mark.parametrize("length", [22, 60, 100, 1 << 16])
@pytest.mark.parametrize("comment", [b"", b"signed by nobody"])
def test_files_are_found_whatever_was_read_first(length: int, comment: bytes) -> None:
    content = archive(FILES, comment)
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        expected = tuple(
            Entry(item.filename, item.file_size, item.compress_size, item.CRC)
            for item in wheel.infolist()
            if not item.is_dir()
        )
    assert entries(content, length + len(comment)) == expected


def test_zip64_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    content = archive({"pkg/a.py": b"x" * 100, "pkg/b.py": b"y" * 100})
    assert b"PK\6\6" in content
    for length in (60, 120, 1 << 16):
        found = entries(content, length)
        assert [(item.path, item.size) for item in found] == [("pkg/a.py", 100), ("pkg/b.py", 100)]


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"PK\5\6", archive(FILES)[:-30], archive(FILES)[150:]]
)
def test_what_is_no_wheel_is_told(content: bytes) -> None:
    with pytest.raises(WheelError):
        entries(content, 1 << 16)

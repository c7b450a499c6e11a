"""RECORD stays true: for importlib.metadata, and for pip on a real environment."""

from __future__ import annotations

import base64
import csv
import hashlib
import importlib.metadata
import io
import subprocess
import venv
from typing import TYPE_CHECKING

import pytest

from pythons import LIB, engine, settings, wheel
from slugfit.apply.record import record_digest, rewrite_record
from slugfit.pipeline import slim_tree
from slugfit.scan.distributions import record_rows
from trees import SITE, Content, distribution, plant, slug

if TYPE_CHECKING:
    from pathlib import Path


FILES: dict[str, Content] = {
    "pkg/__init__.py": "def main(): pass\n",
    "pkg/tests/__init__.py": "",
    "pkg/tests/test_a.py": "assert False\n",
    "pkg/core.py": "",
    "pkg/core.pyi": "",
    "pkg/with, comma.txt": "",
    "pkg/tests/with, comma.txt": "",
}


def _slim(root: Path) -> None:
    outcome = slim_tree(root, settings(VERIFY="off"))
    assert not outcome.undone


def _record(root: Path, text: str) -> Path:
    site = distribution("pkg", "1.0", FILES)
    plant(root, slug(site))
    file = root / SITE / "pkg-1.0.dist-info/RECORD"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    return file


def test_importlib_metadata_is_true_afterwards(tmp_path: Path) -> None:
    points = "[console_scripts]\npkg = pkg:main\n"
    plain = {name: text for name, text in FILES.items() if "," not in name}
    plant(tmp_path, slug(distribution("pkg", "1.0", plain, points)))
    _slim(tmp_path)
    found = next(iter(importlib.metadata.distributions(path=[str(tmp_path / SITE)])))
    assert (found.metadata["Name"], found.version) == ("pkg", "1.0")
    assert [point.value for point in found.entry_points] == ["pkg:main"]
    files = found.files
    assert files is not None
    listed = {str(file) for file in files}
    assert "pkg/__init__.py" in listed
    there = {
        str(file.relative_to(tmp_path / SITE))
        for file in (tmp_path / SITE).rglob("*")
        if file.is_file()
    }
    assert listed == there


def test_rows_of_files_that_stay_are_not_touched(tmp_path: Path) -> None:
    kept = [
        "pkg/__init__.py,sha256=abc,17",
        '"pkg/with, comma.txt",,',
        "../../../../../../outside,sha256=x,1",
        "/absolute/file,,",
        "pkg/never-there.py,sha256=x,2",
        "pkg-1.0.dist-info/RECORD,,",
    ]
    gone = ["pkg/tests/test_a.py,sha256=y,3", '"pkg/tests/with, comma.txt",,', "pkg/core.pyi,,"]
    file = _record(tmp_path, "\n".join([*kept[:3], *gone, *kept[3:]]) + "\n")
    _slim(tmp_path)
    assert file.read_text() == "\n".join(kept) + "\n"


def test_line_ends_stay_what_they_were(tmp_path: Path) -> None:
    file = _record(tmp_path, "pkg/__init__.py,,\r\npkg/core.pyi,,\r\nRECORD,,\r\n")
    _slim(tmp_path)
    assert file.read_bytes() == b"pkg/__init__.py,,\r\nRECORD,,\r\n"


@pytest.mark.parametrize("name", ["a\rb", "a\nb", "a\r\nb", 'a"b', "a,b", " a", "'"], ids=ascii)
def test_a_name_of_any_kind_is_read_back_from_a_rewritten_record(name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    text = f"{quoted},x,1\ngone,,\nz,,\n"
    found = rewrite_record(text.encode(), "site", {"site/gone"}, ()).with_digests({}).decode()
    assert list(record_rows(found, [])) == [[name, "x", "1"], ["z", "", ""]]


def test_names_that_are_not_utf_8_stay_what_they_were(tmp_path: Path) -> None:
    file = _record(tmp_path, "pkg/\udcff.txt,,\npkg/core.pyi,,\n")
    _slim(tmp_path)
    assert file.read_bytes() == b"pkg/\xff.txt,,\n"


def test_the_new_record_has_the_old_one_s_mode(tmp_path: Path) -> None:
    file = _record(tmp_path, "pkg/core.pyi,,\n")
    file.chmod(0o604)
    _slim(tmp_path)
    assert file.stat().st_mode & 0o7777 == 0o604


@pytest.mark.parametrize(
    "text", ['pkg/core.pyi,,\n"never closed,,\npkg/__init__.py,,\n', "pkg/core.pyi,,\n\0"], ids=repr
)
def test_a_record_that_cannot_be_read_keeps_its_rows(tmp_path: Path, text: str) -> None:
    file = _record(tmp_path, text)
    _slim(tmp_path)
    left = file.read_text()
    # What csv reads of it is its own affair; no row of a file that is there may be lost.
    assert "pkg/__init__.py" in left or "pkg/__init__.py" not in text


def test_a_field_that_is_too_long_leaves_the_record_alone(tmp_path: Path) -> None:
    text = f"pkg/core.pyi,,\n{'x' * (csv.field_size_limit() + 1)},,\npkg/__init__.py,,\n"
    file = _record(tmp_path, text)
    _slim(tmp_path)
    assert file.read_text() == text


def test_a_missing_record_stays_missing(tmp_path: Path) -> None:
    file = _record(tmp_path, "")
    file.unlink()
    _slim(tmp_path)
    assert not file.exists()
    assert not (tmp_path / SITE / "pkg/tests").exists()


def test_other_faults_of_a_distribution_do_not_leave_its_record_wrong(tmp_path: Path) -> None:
    file = _record(tmp_path, "pkg/__init__.py,,\npkg/core.pyi,,\n")
    (file.parent / "entry_points.txt").write_text("no [ini] file")
    _slim(tmp_path)
    assert file.read_text() == "pkg/__init__.py,,\n"


def test_a_changed_file_gets_its_new_hash_and_size() -> None:
    text = b'a.so,sha256=old,100\n"b, c.so",,\nd.so,sha256=old,7\n'
    digests = {"site/a.so": ("sha256=new", 50), "site/b, c.so": ("x", 1)}
    found = rewrite_record(text, "site", {"site/d.so"}, digests)
    assert found.with_digests(digests) == b'a.so,sha256=new,50\n"b, c.so",x,1\n'
    assert found.with_old_hashes() == b'a.so,sha256=old,100\n"b, c.so",,\n'


def test_a_record_without_a_row_less_has_its_old_size_in_a_plan() -> None:
    text = b'"a.so",sha256=old,100\r\nb,,\n'
    found = rewrite_record(text, "site", (), {"site/a.so"})
    assert found.with_old_hashes() == text
    assert found.with_digests({"site/a.so": ("new", 9)}) == b"a.so,new,9\r\nb,,\r\n"


def test_a_digest_is_what_pip_writes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    file = tmp_path / "file"
    file.write_bytes(content)
    encoded = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    assert record_digest(file) == (f"sha256={encoded}", len(content))


def _pip(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        [str(root / "bin/python"), "-I", "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_pip_checks_upgrades_and_uninstalls_what_was_slimmed(tmp_path: Path) -> None:
    root, wheels = tmp_path / "env", tmp_path / "wheels"
    site = root / LIB / "site-packages"
    venv.create(root, symlinks=True, with_pip=True)
    files = {"pkg/__init__.py": "ONE = 1\n", "pkg/tests/test_a.py": "", "pkg/old.py": ""}
    points = "[console_scripts]\npkg-run = pkg:main\n"
    wheel(wheels, "pkg", "1.0", files, points)
    wheel(wheels, "pkg", "2.0", {"pkg/__init__.py": "", "pkg/tests/test_b.py": ""}, points)
    install = ("install", "--no-index", "--find-links", str(wheels))
    _pip(root, *install, "pkg==1.0")
    answer = engine("slim", root, "--config", "SLUGFIT_KEEP=pip/")
    assert answer.code == 0, answer.err
    assert not (site / "pkg/tests").exists()
    rows = list(csv.reader(io.StringIO((site / "pkg-1.0.dist-info/RECORD").read_text())))
    assert all((site / row[0]).exists() for row in rows)
    assert "No broken requirements" in _pip(root, "check")
    _pip(root, *install, "--upgrade", "pkg")
    assert (site / "pkg/tests/test_b.py").exists()
    assert not (site / "pkg/old.py").exists()
    assert engine("slim", root).code == 0
    assert "pkg==2.0" in _pip(root, "freeze").replace(" ", "")
    assert "Successfully uninstalled pkg-2.0" in _pip(root, "uninstall", "--yes", "pkg")
    assert not (site / "pkg").exists()
    assert not (root / "bin/pkg-run").exists()
    assert not list(site.glob("pkg-*"))

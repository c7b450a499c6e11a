"""Slugfit as one file, and the line in an app's bin/post_compile that runs it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from pythons import ENGINE, engine
from slugfit import __version__
from slugfit.base.errors import TreeError, UsageError
from slugfit.deploy import hook_files
from slugfit.deploy.hook_files import HOOK_LINE, install_hook, remove_hook, update_hook
from slugfit.deploy.single_file import CARRIED, single_file_content, write_single_file
from trees import plant, snapshot

if TYPE_CHECKING:
    from pathlib import Path


def start(archive: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", archive, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_file_is_small_whole_and_the_same_each_time(tmp_path: Path) -> None:
    write_single_file(tmp_path / "one.pyz")
    content = (tmp_path / "one.pyz").read_bytes()
    assert content == single_file_content()
    assert len(content) < 700_000
    assert content.startswith(b"#!/usr/bin/env python3\n")
    assert stat.S_IMODE((tmp_path / "one.pyz").stat().st_mode) == 0o755
    with zipfile.ZipFile(tmp_path / "one.pyz") as archive:
        names = archive.namelist()
        files = [file for file in ENGINE.rglob("*.*") if file.suffix in CARRIED]
        engine = {str(file.relative_to(ENGINE.parent)) for file in files}
        assert set(names) == {"__main__.py", *engine}
        assert names == ["__main__.py", *sorted(engine)]
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_file_makes_itself_again(tmp_path: Path) -> None:
    write_single_file(tmp_path / "one.pyz")
    done = start(tmp_path / "one.pyz", "single-file", tmp_path / "two.pyz")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "two.pyz").read_bytes() == (tmp_path / "one.pyz").read_bytes()


def test_the_file_slims_and_verifies(tmp_path: Path) -> None:
    write_single_file(tmp_path / "slugfit.pyz")
    root = plant(tmp_path / "target", {"pkg/__init__.py": "", "pkg/tests/test_a.py": "", **INFO})
    done = start(tmp_path / "slugfit.pyz", "slim", root)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (root / "pkg/tests").exists()


INFO = {
    "pkg-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1\n",
    "pkg-1.dist-info/RECORD": "pkg/__init__.py,,\npkg/tests/test_a.py,,\n",
}


def test_the_file_says_that_it_has_no_buildpack_with_it(tmp_path: Path) -> None:
    write_single_file(tmp_path / "slugfit.pyz")
    done = start(tmp_path / "slugfit.pyz", "build", tmp_path)
    assert done.returncode == 2
    assert "Clone the repository" in done.stderr


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    done = engine("single-file", tmp_path / "gone/slugfit.pyz")
    assert done.code == 7
    assert "cannot be written" in done.err


@pytest.mark.parametrize("arguments", [["slim", "."], ["hook"]], ids=lambda given: given[0])
def test_an_old_python_starts_a_newer_one_or_says_so(tmp_path: Path, arguments: list[str]) -> None:
    # The start file alone decides; it is told that it is run by an old one.
    script = tmp_path / "old.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {os.fspath(ENGINE.parent)!r})\n"
        "import slugfit.__main__ as main\n"
        "main.OLDEST = (99, 0)\n"
        "sys.exit(main.start(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-I", "-S", "-B", os.fspath(script)]
    (tmp_path / "bin").mkdir()
    done = subprocess.run(
        [*command, *arguments], env={"PATH": f"{tmp_path}/bin"}, capture_output=True, check=False
    )
    assert done.returncode == (0 if arguments == ["hook"] else 1)
    assert b"Python 3.10 or newer is needed" in done.stderr
    broken = tmp_path / "bin/python3.14"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    (tmp_path / "bin/python3").symlink_to(sys.executable)
    again = subprocess.run(
        [*command, "--version"],
        env={"PATH": f"{tmp_path}/bin", "LD_LIBRARY_PATH": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (again.returncode, again.stdout) == (0, f"slugfit {__version__}\n")


NEW = f"""\
#!/usr/bin/env bash
# Runs in the build directory when everything is installed.
set -euo pipefail

{HOOK_LINE}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(None, NEW, id="none"),
        pytest.param("", f"{HOOK_LINE}\n", id="empty"),
        pytest.param("#!/bin/sh\nmake\n", f"#!/bin/sh\nmake\n{HOOK_LINE}\n", id="sh"),
        pytest.param("#!/bin/sh\nmake", f"#!/bin/sh\nmake\n{HOOK_LINE}\n", id="no last break"),
        pytest.param("make\n", f"make\n{HOOK_LINE}\n", id="no first line"),
        pytest.param(
            "#!/usr/bin/env bash\n# bin/slugfit.pyz is not run here\n",
            f"#!/usr/bin/env bash\n# bin/slugfit.pyz is not run here\n{HOOK_LINE}\n",
            id="in a comment",
        ),
        pytest.param(
            "#!/usr/bin/env -S bash -e\n./x\n",
            f"#!/usr/bin/env -S bash -e\n./x\n{HOOK_LINE}\n",
            id="env -S",
        ),
        pytest.param("#!/bin/dash\npython3 bin/slugfit.pyz slim .\n", None, id="another call"),
        pytest.param(NEW, None, id="ours"),
    ],
)
def test_the_line_is_added_once(tmp_path: Path, before: str | None, after: str | None) -> None:
    if before is not None:
        plant(tmp_path, {"bin/post_compile": before})
        (tmp_path / "bin/post_compile").chmod(0o750)
    told = list(install_hook(tmp_path))
    text = (tmp_path / "bin/post_compile").read_text()
    assert text == (before if after is None else after)
    mode = stat.S_IMODE((tmp_path / "bin/post_compile").stat().st_mode)
    assert mode == (0o755 if before is None else 0o750)
    assert ("runs it already" in told[1]) == (after is None)
    assert (tmp_path / "bin/slugfit.pyz").read_bytes() == single_file_content()
    whole = snapshot(tmp_path)
    assert "runs it already" in list(install_hook(tmp_path))[1]
    assert snapshot(tmp_path) == whole


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("#!/usr/bin/env python3\nprint()\n", "is not a shell script"),
        ("#!/usr/bin/python3\n", "is not a shell script"),
        ("#!/usr/bin/env fish\n", "is not a shell script"),
        ("#!/bin/sh\nmake\nexit 0\n\n", "ends with 'exit 0'"),
        ("#!/bin/sh\nexec make all\n", "ends with 'exec make all'"),
    ],
)
def test_a_hook_that_a_line_cannot_be_added_to_stays_as_it_is(
    tmp_path: Path, text: str, why: str
) -> None:
    plant(tmp_path, {"bin/post_compile": text})
    before = snapshot(tmp_path)
    with pytest.raises(UsageError) as caught:
        list(install_hook(tmp_path))
    assert why in caught.value.what
    assert HOOK_LINE in caught.value.todo
    assert snapshot(tmp_path) == before


def test_links_are_not_followed(tmp_path: Path) -> None:
    plant(tmp_path, {"elsewhere/post_compile": "#!/bin/sh\n", "app/Procfile": ""})
    (tmp_path / "app/bin").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        list(install_hook(tmp_path / "app"))
    (tmp_path / "app/bin").unlink()
    (tmp_path / "app/bin").mkdir()
    (tmp_path / "app/bin/post_compile").symlink_to(tmp_path / "elsewhere/post_compile")
    with pytest.raises(UsageError):
        list(install_hook(tmp_path / "app"))
    assert os.listdir(tmp_path / "elsewhere") == ["post_compile"]


def test_an_app_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        list(install_hook(tmp_path / "gone"))


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hook_files, "write_single_file", full)
    with pytest.raises(TreeError, match="cannot be written"):
        list(install_hook(tmp_path))
    assert not (tmp_path / "bin/post_compile").exists()


def test_a_file_that_the_build_will_not_find_is_told(tmp_path: Path) -> None:
    plant(tmp_path, {".slugignore": "*.pyz\n"})
    assert any(line.startswith("! .slugignore names") for line in install_hook(tmp_path))


def test_an_update_brings_both_to_this_version(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        list(update_hook(tmp_path))
    assert "install-hook" in caught.value.todo
    list(install_hook(tmp_path))
    with zipfile.ZipFile(tmp_path / "bin/slugfit.pyz", "w") as archive:
        archive.writestr("slugfit/__init__.py", '__version__ = "0.0.9"\n')
    (tmp_path / "bin/post_compile").write_text("#!/bin/sh\nmake\n")
    assert list(update_hook(tmp_path)) == [
        f"bin/slugfit.pyz is Slugfit {__version__} now (it was 0.0.9).",
        "bin/post_compile runs it now, as its last line.",
    ]
    assert (tmp_path / "bin/slugfit.pyz").read_bytes() == single_file_content()


@pytest.mark.parametrize("content", [b"", b"no archive", single_file_content()[:5000]])
def test_a_damaged_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    list(install_hook(tmp_path))
    (tmp_path / "bin/slugfit.pyz").write_bytes(content)
    assert "(it was unknown)" in next(update_hook(tmp_path))
    assert (tmp_path / "bin/slugfit.pyz").read_bytes() == single_file_content()


def test_the_commands_say_what_they_did(tmp_path: Path) -> None:
    done = engine("install-hook", tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == (
        "Next: git add bin/post_compile bin/slugfit.pyz, commit and deploy."
    )
    assert engine("update-hook", tmp_path).code == 0
    assert engine("update-hook", tmp_path / "gone").code == 2


OWN = "#!/bin/bash\n# ours\nset -e\necho done\n"


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"bin/post_compile": OWN},
        {"bin/post_compile": OWN, "bin/other": "x"},
        {"bin/post_compile": "#!/usr/bin/env bash\n# slugfit.pyz was here\n"},
    ],
)
def test_a_removed_hook_leaves_the_app_as_it_was(tmp_path: Path, files: dict[str, str]) -> None:
    app = plant(tmp_path, {"app.py": "", **files})
    if "bin/post_compile" in files:
        (app / "bin/post_compile").chmod(0o750)
    before = snapshot(app)
    list(install_hook(app))
    told = list(remove_hook(app))
    assert snapshot(app) == before
    assert "SLUGFIT_LEVEL=measure" in told[-1]
    gone = "is gone: there was nothing else" if not files else "no longer runs it"
    assert gone in told[0]
    with pytest.raises(UsageError, match="no hook of Slugfit's"):
        list(remove_hook(app))


def test_a_line_of_the_apps_own_that_runs_it_is_not_removed(tmp_path: Path) -> None:
    app = plant(tmp_path, {"bin/post_compile": "#!/bin/sh\npython3 bin/slugfit.pyz slim .\n"})
    write_single_file(app / "bin/slugfit.pyz")
    before = snapshot(app)
    with pytest.raises(UsageError, match="a line that Slugfit did not write"):
        list(remove_hook(app))
    assert snapshot(app) == before


def test_a_file_without_a_line_is_removed(tmp_path: Path) -> None:
    app = plant(tmp_path, {"app.py": ""})
    (app / "bin").mkdir()
    write_single_file(app / "bin/slugfit.pyz")
    assert "bin/slugfit.pyz is gone." in list(remove_hook(app))
    assert not (app / "bin").exists()

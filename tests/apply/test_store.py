"""The store: a cached, slimmed tree is whole again when the next build starts."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from pythons import PREFIX, SITE, engine, real_slug, settings, undone
from slugfit import pipeline
from slugfit.apply.store import return_stored
from slugfit.apply.transaction import Transaction, recover_tree
from slugfit.base.errors import TreeError
from slugfit.pipeline import slim_tree
from trees import Content, Link, distribution, plant, snapshot

if TYPE_CHECKING:
    from pathlib import Path


MODULES: dict[str, Content] = {"pkg/__init__.py": "", "pkg/a.py": "", "pkg/b.py": ""}
PKG = distribution("pkg", "1.0", {**MODULES, "pkg/a.pyi": "stub", "pkg/tests/x.py": "x = 1"})
OTHER = distribution("other", "1.0", {"other/__init__.py": "", "other/tests/y.py": "y = 1"})
APP: dict[str, Content] = {"app.py": "import pkg, other\n"}
STUB, TEST = "pkg/a.pyi", "pkg/tests/x.py"


def there(root: Path, *names: str) -> list[str]:
    return [name for name in names if os.path.lexists(root / SITE / name)]


def next_build(root: Path, cached: Path) -> Path:
    """What a platform does: the slimmed tree is cached, and restored in another folder."""
    shutil.copytree(root, cached, symlinks=True)
    shutil.rmtree(root)
    new = cached.with_name(f"{cached.name} of the next build")
    cached.rename(new)
    return new


def test_a_rule_that_is_loosened_has_its_files_back_in_the_next_build(tmp_path: Path) -> None:
    root = real_slug(tmp_path / "build", {**PKG, **OTHER}, APP)
    slim_tree(root, settings(), kept_in=tmp_path / "store")
    assert there(root, STUB, TEST) == []
    root = next_build(root, tmp_path / "cached")
    slim_tree(root, settings(RULES_OFF="stubs"), kept_in=tmp_path / "store")
    assert there(root, STUB, TEST) == [STUB]
    record = (root / SITE / "pkg-1.0.dist-info/RECORD").read_text()
    assert (STUB in record, TEST in record) == (True, False)


def test_every_build_starts_from_the_whole_tree(tmp_path: Path) -> None:
    root = real_slug(tmp_path / "build", {**PKG, **OTHER}, APP)
    before = snapshot(root)
    for number in range(3):
        slim_tree(root, settings(), kept_in=tmp_path / "store")
        assert there(root, STUB, TEST) == []
        root = next_build(root, tmp_path / f"cached{number}")
    assert return_stored(tmp_path / "store", root) > 2
    assert snapshot(root) == before


def test_level_measure_has_the_whole_tree_back(tmp_path: Path) -> None:
    root = real_slug(tmp_path / "build", {**PKG, **OTHER}, APP)
    before = snapshot(root)
    options = ("--store", tmp_path / "store")
    assert engine("slim", root, *options).code == 0
    assert there(root, STUB, TEST) == []
    assert engine("slim", root, *options, "--config", "SLUGFIT_LEVEL=measure").code == 0
    assert snapshot(root) == before


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_an_upgrade_or_a_new_installation_gets_nothing_of_the_old_one(
    tmp_path: Path, version: str
) -> None:
    root = real_slug(tmp_path / "build", {**PKG, **OTHER}, APP)
    slim_tree(root, settings(), kept_in=tmp_path / "store")
    shutil.rmtree(root / SITE / "pkg-1.0.dist-info")
    new = distribution("pkg", version, {"pkg/__init__.py": "", "pkg/tests/new.py": ""})
    shutil.rmtree(root / SITE / "pkg")
    plant(root / SITE, new)
    return_stored(tmp_path / "store", root)
    assert there(root, STUB, TEST, "pkg/tests/new.py") == ["pkg/tests/new.py"]
    assert there(root, "other/tests/y.py") == ["other/tests/y.py"]


def test_what_was_uninstalled_stays_away(tmp_path: Path) -> None:
    root = real_slug(tmp_path / "build", {**PKG, **OTHER}, APP)
    slim_tree(root, settings(), kept_in=tmp_path / "store")
    for name in ("pkg-1.0.dist-info", "pkg"):
        shutil.rmtree(root / SITE / name)
    return_stored(tmp_path / "store", root)
    assert there(root, "pkg", "other/tests/y.py") == ["other/tests/y.py"]


def test_another_interpreter_gets_no_parts_of_the_old_one(tmp_path: Path) -> None:
    root = real_slug(tmp_path / "build", {**PKG}, APP)
    stdlib = next((root / PREFIX / "lib").glob("python3.*"))
    plant(root, {f"{PREFIX}/bin/python3.99": "one", f"{PREFIX}/share/man/x.1": "manual"})
    slim_tree(root, settings(), kept_in=tmp_path / "store")
    assert stdlib.is_dir()
    assert not (root / PREFIX / "share/man/x.1").exists()
    (root / PREFIX / "bin/python3.99").write_text("two")
    return_stored(tmp_path / "store", root)
    assert not (root / PREFIX / "share/man/x.1").exists()
    (root / PREFIX / "bin/python3.99").write_text("one")
    return_stored(tmp_path / "store", root)
    assert (root / PREFIX / "share/man/x.1").read_text() == "manual"


def test_a_run_that_ends_before_its_commit_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = real_slug(tmp_path / "build", {**PKG, **OTHER}, APP)
    before = snapshot(root)

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "store_files", full)
        assert "No space left" in undone(slim_tree(root, settings(), kept_in=tmp_path / "store"))
    assert snapshot(root) == before
    # Kept, then killed before the commit: the tree is put back, the store does not fit it.
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", stop)
        with pytest.raises(KeyboardInterrupt):
            slim_tree(root, settings(), kept_in=tmp_path / "store")
    recover_tree(root)
    assert snapshot(root) == before
    assert return_stored(tmp_path / "store", root) == 0
    assert snapshot(root) == before


@pytest.mark.parametrize(
    "index",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "groups": []}',
        '{"version": 1, "groups": [{"witnesses": {}, "files": ["../../etc/passwd"]}]}',
        '{"version": 1, "groups": [{"witnesses": {}, "files": ["/etc/passwd"]}]}',
        '{"version": 1, "groups": [{"witnesses": {"../x": "0"}, "files": []}]}',
        '{"version": 1, "groups": [{"witnesses": {}, "files": ["nothing there"]}]}',
        '{"version": 1, "groups": [{"files": 7}]}',
    ],
)
def test_a_store_of_another_kind_is_none(tmp_path: Path, index: str) -> None:
    root = real_slug(tmp_path / "build", {**PKG}, APP)
    before = snapshot(root)
    plant(tmp_path, {"store/index.json": index, "store/files/x": ""})
    assert return_stored(tmp_path / "store", root) == 0
    assert snapshot(root) == before


def test_nothing_leaves_the_tree_through_a_link(tmp_path: Path) -> None:
    root = real_slug(tmp_path / "build", {**PKG, **OTHER}, APP)
    slim_tree(root, settings(), kept_in=tmp_path / "store")
    outside = plant(tmp_path / "outside", {"kept": ""})
    shutil.rmtree(root / SITE / "other")
    (root / SITE / "other").symlink_to(outside)
    with pytest.raises(TreeError):
        return_stored(tmp_path / "store", root)
    assert os.listdir(outside) == ["kept"]


def test_links_and_modes_come_back_as_they_were(tmp_path: Path) -> None:
    files: dict[str, Content] = {**MODULES, "pkg/b.pyi": Link("a.pyi"), STUB: "stub"}
    root = real_slug(tmp_path / "build", distribution("pkg", "1.0", files), APP)
    (root / SITE / STUB).chmod(0o640)
    before = snapshot(root)
    slim_tree(root, settings(), kept_in=tmp_path / "store")
    index = json.loads((tmp_path / "store/index.json").read_text())
    assert index["version"] == 1
    return_stored(tmp_path / "store", root)
    assert snapshot(root) == before

"""Builds one after the other on one cache: what is measured and tried anew, and what is not."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from pythons import SITE, real_slug, settings, undone
from slugfit import prove
from slugfit.measure import weigh as measuring
from slugfit.pipeline import dry_run, slim_tree
from slugfit.rebuild import sizes
from slugfit.report.make import make_report
from slugfit.report.text import render_build_log
from slugfit.settings.current_run import Run
from slugfit.verify import run
from slugfit.verify.step import Step
from trees import Content, plant, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from slugfit.pipeline import Outcome
    from slugfit.settings.config import Config
    from slugfit.verify.step import Failure, StepContext

PACKAGES: Mapping[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/a.py": "",
    "pkg/broken.py": "import nothing_of_that_name\n",
    "pkg/a.pyi": "",
    "pkg/tests/x.py": "",
    "pkg/data.txt": os.urandom(5000),
    "two/__init__.py": "",
    "two/two.pyi": "",
}
BLOCK = 1 << 14
APP: Mapping[str, Content] = {"app.py": "import pkg\n", "data.bin": os.urandom(3000)}


@pytest.fixture(autouse=True)
def any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trees of these tests are small, and are measured from what was left all the same."""
    monkeypatch.setattr(sizes, "_LEAST", 0)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What an installer leaves, to be copied for each build."""
    return real_slug(tmp_path / "built", PACKAGES, {})


def build(
    built: Path, name: str, files: Mapping[str, Content] = APP, config: Config | None = None
) -> tuple[Outcome, Path]:
    """One build of an app of ``files`` in a folder of its own."""
    root = built.parent / name
    shutil.copytree(built, root, symlinks=True)
    plant(root, files)
    here = Run(cache=built.parent / "cache")
    return slim_tree(root, config or settings(), here), root


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """What the verification's children try."""
    found: list[Step] = []

    def noting(context: StepContext, steps: Sequence[Step], *rest: object) -> tuple[Failure, ...]:
        found.extend(steps)
        return run.run_steps(context, steps, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(prove, "run_steps", noting)
    return found


def test_the_same_app_is_slimmed_the_same_way(built: Path, tried: list[Step]) -> None:
    first, one = build(built, "one")
    assert len(tried) > 1
    tried.clear()
    second, two = build(built, "two")
    assert tried == []
    assert snapshot(one) == snapshot(two)
    assert second.sizes == first.sizes
    assert (second.tried, second.known_failures) == (first.tried, first.known_failures)
    assert (first.shown_before, second.shown_before) == (0, len(first.tried))
    told = render_build_log(make_report(second, settings()))
    assert f"An earlier build showed {len(first.tried)} of these" in " ".join(told.split())
    assert "An earlier build" not in render_build_log(make_report(first, settings()))


def test_what_the_app_imports_anew_is_tried(built: Path, tried: list[Step]) -> None:
    build(built, "one")
    tried.clear()
    build(built, "two", {**APP, "app.py": "import pkg, two\n"})
    assert Step("import", "two") in tried


def test_what_no_package_has_is_tried_each_time(built: Path, tried: list[Step]) -> None:
    app = {**APP, "app.py": "import pkg, elsewhere\n"}
    build(built, "one", app)
    tried.clear()
    second, _ = build(built, "two", app)
    assert tried == [Step("import", "elsewhere")]
    assert [failure.step.name for failure in second.known_failures] == ["pkg.broken", "elsewhere"]


def test_the_smoke_command_runs_each_time(built: Path) -> None:
    config = settings(SMOKE="touch ran; test -e pkg.txt")
    (built / "pkg.txt").write_text("")
    build(built, "one", config=config)
    _, two = build(built, "two", config=config)
    assert "could not" not in undone(build(built, "three", config=config)[0])
    assert two.exists()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"{SITE}/pkg/data.txt", "other"),
        (f"{SITE}/pkg/a.py", "x = 1\n"),
        (f"{SITE}/two/b.pyi", ""),
        ("pkg/other.py", ""),
    ],
    ids=["a file", "a module", "a stub", "the app's own folder of that name"],
)
def test_other_files_are_tried_again(built: Path, tried: list[Step], path: str, text: str) -> None:
    build(built, "one")
    tried.clear()
    build(built, "two", {**APP, path: text})
    assert Step("import", "pkg") in tried


def test_another_change_is_tried_again(built: Path, tried: list[Step]) -> None:
    build(built, "one", config=settings(RULES_OFF="tests"))
    tried.clear()
    build(built, "two")
    assert Step("import", "pkg") in tried


def test_what_breaks_is_put_back_in_each_build(built: Path) -> None:
    plant(built, {f"{SITE}/pkg/__init__.py": "open(__file__ + 'i').close()\n"})
    plant(built, {f"{SITE}/pkg/__init__.pyi": ""})
    for name in ("one", "two"):
        outcome, root = build(built, name)
        assert not undone(outcome)
        assert [item.group.rule for item in outcome.returned] == ["stubs"]
        assert (root / SITE / "pkg/__init__.pyi").exists()


@pytest.mark.parametrize("size", [0, 10, 200_000])
def test_the_app_s_own_size_is_measured_anew(built: Path, size: int) -> None:
    build(built, "one")
    app: dict[str, Content] = {"app.py": "import pkg\n", "data.bin": os.urandom(size)}
    told, _ = build(built, "two", app)
    root = built.parent / "three"
    shutil.copytree(built, root, symlinks=True)
    plant(root, app)
    whole = dry_run(root, settings()).sizes
    assert told.sizes.after.uncompressed == whole.after.uncompressed
    assert told.sizes.kept.keys() == whole.kept.keys()
    # What is small shares blocks with what is not the app's.
    assert abs(told.sizes.after.compressed - whole.after.compressed) < BLOCK


def test_nothing_installed_is_compressed_again(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(built, "one")
    keys: list[str] = []
    weigh = measuring._counted  # noqa: SLF001 - what is read is all that it sees

    def noting(pieces: object, plain: object) -> object:
        for piece in weigh(pieces, plain):  # type: ignore[arg-type]
            keys.append(piece.key)
            yield piece

    monkeypatch.setattr(measuring, "_counted", noting)
    build(built, "two")
    assert keys == []
    build(built, "three", {**APP, "app.py": "import pkg\n\nx = 1\n"})
    assert keys
    assert all("(app)" in key for key in keys)


def test_sizes_of_other_files_are_not_believed(built: Path) -> None:
    build(built, "one")
    plant(built, {f"{SITE}/pkg/data.txt": os.urandom(90_000)})
    told, root = build(built, "two")
    assert told.sizes.after.uncompressed > 90_000
    assert told.sizes.after == dry_run(root, settings()).sizes.after

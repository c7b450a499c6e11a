"""The six apps' harness: slugs treated side by side, losses seen, one section written anew."""

from __future__ import annotations

import gzip
import subprocess
import venv
from typing import TYPE_CHECKING

import pytest

from corpus.children import Ended
from corpus.sets import ROOT
from corpus.sizes import Size
from sizes import results, running, slugs, table
from sizes.measuring import Asked, measure
from sizes.results import Outcome, Result
from sizes.slugs import App
from sizes.treatments import LEVELS, TREATMENTS
from trees import SITE, distribution, plant

if TYPE_CHECKING:
    from pathlib import Path

ENGINE = ROOT / "lib" / "slugfit"
PROGRAM = '"""A small app.\n\nMore."""\nimport app\nprint("word", app.word())\nprint("ok")\n'
USED = Outcome(size=Size(50, 25), memory=90_000_000, shares=(("big", 20), ("small", 5)))


def app_of(root: Path) -> App:
    folder = root / "apps" / "tiny"
    source = "def word():\n    from pkg import tests\n    return tests.WORD\n"
    plant(folder, {"program.py": PROGRAM, "app/app.py": source, "app/Procfile": "web: none\n"})
    return App(folder)


def built(app: App, work: Path) -> Path:
    """What a build would have made: the app, and a Python with what it needs and a leftover."""
    slug = slugs.build_place(app, work)
    venv.create(slug / ".heroku/python", symlinks=True, with_pip=False)
    package = {"pkg/__init__.py": "", "pkg/tests/__init__.py": "WORD = 'word'\n"}
    plant(slug / SITE, distribution("pkg", "1.0", package))
    plant(slug, {".profile.d/python.sh": 'export PATH="$HOME/.heroku/python/bin:$PATH"\necho hi\n'})
    subprocess.run(["cp", "--recursive", f"{app.source}/.", slug], check=True)
    return slug


def test_an_app_is_its_folder_or_a_fixture(tmp_path: Path) -> None:
    app = app_of(tmp_path)
    assert (app.name, app.title, app.source) == ("tiny", "A small app", app.folder / "app")
    before = app.digest
    assert App(tmp_path / "django_web").source == ROOT / "fixtures/django_web"
    (app.source / "app.py").write_text("changed")
    assert app.digest != before
    assert slugs.every(tmp_path / "apps") == (app,)
    with pytest.raises(KeyError):
        slugs.chosen(["no such app"])


def test_there_are_six_apps_and_a_tiny_one() -> None:
    assert len(slugs.every()) == 6
    for app in (*slugs.every(), *slugs.every(slugs.SMOKE)):
        assert app.title, app.name
        assert (app.source / "Procfile").is_file(), app.name
        assert (app.source / "requirements.txt").is_file(), app.name


def test_treatments_stand_side_by_side(tmp_path: Path) -> None:
    app, work = app_of(tmp_path), tmp_path / "work"
    slug = built(app, work)
    asked = Asked(ENGINE, ("standard", "naive", "serverless"), runs=0)
    result = measure(app, asked, work)
    assert result.plain
    assert result.plain.compressed > 0
    treated = result.treated
    assert {name: each.fault for name, each in treated.items()} == dict.fromkeys(asked.treatments)
    assert not treated["standard"].differences
    assert treated["standard"].memory > 0
    assert any("tests" in line for line in treated["naive"].differences)
    assert (treated["naive"].nameless, treated["serverless"].nameless) == (0, 1)
    assert (slug / SITE / "pkg/tests/__init__.py").is_file()
    assert not list((work / "copies").iterdir())
    # What is known is not done again; the original may then even be gone.
    kept = results.load(slugs.kept(app, work))
    assert kept == result
    assert measure(app, asked, work) == result


def test_a_plan_alone_is_marked_and_changes_nothing(tmp_path: Path) -> None:
    app, work = app_of(tmp_path), tmp_path / "work"
    built(app, work)
    result = measure(app, Asked(ENGINE, ("strip",), runs=0, planned=True), work)
    assert result.treated["strip"].size.compressed > 0
    assert not result.treated["strip"].is_tried
    assert " planned |" in table.render({app: result})
    assert not (work / "copies").exists()


def test_a_slug_is_weighed_as_one_tar(tmp_path: Path) -> None:
    plant(tmp_path, {"one": "1" * 5000, "two/three": "3"})
    tar = subprocess.run(["tar", "c", "."], cwd=tmp_path, capture_output=True, check=True).stdout
    size = running.weigh(tmp_path)
    assert size.uncompressed == len(tar)
    assert abs(size.compressed - len(gzip.compress(tar, 6))) < 100


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (Ended(0, "a\nok\n"), ()),
        (Ended(0, "b\nok\n"), ("-a", "+b")),
        (Ended(1, "a\nok\n"), ("+ ended: ok (status 1)",)),
    ],
)
def test_a_difference_is_a_loss(after: Ended, expected: tuple[str, ...]) -> None:
    before = (Ended(0, "a\nok\n"), frozenset({"pkg 1"}))
    outcome = running.judge(before, (after, frozenset()))
    assert (outcome.differences, outcome.nameless, outcome.fault) == (expected, 1, None)
    assert outcome.is_broken is bool(expected)


def test_a_program_that_never_worked_is_a_fault() -> None:
    silent = (Ended(0, ""), frozenset[str]())
    assert running.judge(silent, silent).fault == "it ended without its last word"


def test_the_section_is_written_in_its_place(tmp_path: Path) -> None:
    app, page = app_of(tmp_path), tmp_path / "bench.md"
    other = App(tmp_path / "apps" / "second")
    plant(other.folder, {"program.py": PROGRAM})
    lost = Outcome(differences=("-a", "+ ended: gone (status 1)"), nameless=2, size=Size(80, 36))
    treated = {**{level.name: USED for level in LEVELS}, "naive": lost}
    result = Result(Size(200, 100), treated, {"plain": 2.0, "standard": 1.0, "packed": 3.0})
    page.write_text(f"# Page\n\n{table.HEADING}\n\nold\n\n## Next\n\ntext\n", "utf-8")
    table.write(page, {app: result, other: Result()})
    text = page.read_text("utf-8")
    assert "old" not in text
    assert text.startswith("# Page\n")
    assert text.endswith("\n## Next\n\ntext\n")
    assert "| A small app | 0.0 | 0.250 | 0.250 |" in text
    assert "| 0.360 **broken** 2 nameless |" in text
    assert "- naive find, tiny: `gone (status 1)`" in text
    assert "| A small app | 2.00 s | 0.50 (-1.00 s) | 1.50 (+1.00 s) | 90 MB |" in text
    assert "big 0.0, small 0.0" in text
    table.write(page, {app: result, other: Result()})
    assert page.read_text("utf-8") == text
    page.write_text("# Page\n", "utf-8")
    table.write(page, {app: result})
    assert page.read_text("utf-8").startswith(f"# Page\n\n{table.HEADING}\n")


def test_a_mean_needs_every_app() -> None:
    both = [Result(Size(1, 100), treated={"strip": Outcome(size=Size(1, at))}) for at in (25, 100)]
    row = "geometric mean"
    apps = (App(ROOT / "tools/sizes/apps/torch"), App(ROOT / "tools/sizes/apps/speech"))
    whole = table.render(dict(zip(apps, both, strict=True)))
    assert next(line for line in whole.splitlines() if row in line).count("**0.500**") == 1
    part = table.render(dict(zip(apps, [both[0], Result(Size(1, 1))], strict=True)))
    assert "**" not in next(line for line in part.splitlines() if row in line)


def test_levels_and_rivals_have_names_of_their_own() -> None:
    assert len(TREATMENTS) == len(LEVELS) + 4

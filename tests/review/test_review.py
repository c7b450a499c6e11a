"""``slugfit review`` and action.yml, from a repository to the comment of its pull request."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

import readme
from comments_api import NUMBER, CommentsApi, comments_api, job
from indexes import MANYLINUX, served, wheel
from pythons import Ran, engine
from repositories import git
from slugfit.report.difference import Difference
from slugfit.review.words import MARK, comment
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACTION = yaml.safe_load((readme.ROOT / "action.yml").read_text("utf-8"))
(STEP,) = ACTION["runs"]["steps"]


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    folder = tmp_path / "index"
    for name, version in (("small", "1.0"), ("small", "2.0"), ("fresh", "3.0")):
        wheel(folder / name, name, version, MANYLINUX)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with served(folder) as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        yield url


@pytest.fixture
def app(tmp_path: Path, index: str) -> Path:
    del index
    root = plant(tmp_path / "app", {"requirements.txt": "small==1.0\n", "app.py": "import small\n"})
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=one")
    (root / "requirements.txt").write_text("small==2.0\nfresh==3.0\n")
    return root


@pytest.fixture
def api() -> Iterator[CommentsApi]:
    with comments_api() as found:
        yield found


@pytest.fixture
def variables(api: CommentsApi, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "event.json").write_text(json.dumps({"number": NUMBER}))
    return dict(job(api, str(tmp_path / "event.json")))


def review(app: Path, *options: str, **environment: str) -> Ran:
    return engine("review", app, "--base", "HEAD", *options, **environment)


def test_what_came_and_what_changed_is_told(app: Path) -> None:
    done = review(app)
    assert done.code == 0, done.err
    assert "new: fresh 3.0" in done.out
    assert "small 1.0 -> 2.0" in done.out
    assert git(app, "status", "--porcelain") == " M requirements.txt\n"


def test_growth_can_fail(app: Path) -> None:
    done = review(app, "--fail-if-grown", "0.000001%")
    assert done.code == 3
    assert "new: fresh 3.0" in done.out
    assert review(app, "--fail-if-grown", "+1MB").code == 0


def test_one_comment_is_kept_up_to_date(
    app: Path, api: CommentsApi, variables: dict[str, str]
) -> None:
    for _ in range(2):
        done = review(app, "--comment", "--format", "markdown", **variables)
        assert done.code == 0, done.err
    (written,) = api.comments
    body = str(written["body"])
    assert body.startswith(MARK)
    assert "| fresh | new 3.0 |" in body
    assert str(written["html_url"]) in done.err


def test_a_comment_that_may_not_be_written_fails_nothing(
    app: Path, api: CommentsApi, variables: dict[str, str]
) -> None:
    api.refused = 403
    done = review(app, "--comment", **variables)
    assert done.code == 0
    assert "pull-requests: write" in done.err
    assert "new: fresh 3.0" in done.out


def test_without_a_pull_request_nothing_is_begun(app: Path) -> None:
    done = review(app, "--comment", GITHUB_TOKEN="", GITHUB_EVENT_PATH="")
    assert done.code == 2
    assert not done.out


def test_an_app_that_is_new_is_told(app: Path) -> None:
    second = plant(app / "second", {"requirements.txt": "small==1.0\n"})
    done = review(second)
    assert done.code == 2
    assert "was not there at HEAD" in done.err


def test_an_error_about_the_base_names_the_revision(app: Path) -> None:
    git(app, "rm", "--quiet", "--force", "requirements.txt")
    git(app, "commit", "--quiet", "--message=without")
    plant(app, {"requirements.txt": "small==1.0\n"})
    done = review(app)
    assert (done.code, done.err.splitlines()[0]) == (
        2,
        f"slugfit: At HEAD: {app} has no list of packages.",
    )


def test_a_folder_without_a_repository_is_told(tmp_path: Path) -> None:
    done = review(plant(tmp_path / "app", {"requirements.txt": "small==1.0\n"}))
    assert done.code == 2
    assert "is not in a git repository that can be read" in done.err
    assert "--compare" in done.err


def test_a_comment_says_where_its_numbers_come_from() -> None:
    same = Difference(1_000_000, 0, 0, ())
    assert comment(same, "forecast") == (
        f"{MARK}\n### Slug: 1.0 -> 1.0 MB (0.0 MB compressed, 0.0 MB unpacked)\n\n"
        "No package is different.\n\n"
        "<sub>A forecast from the wheels on the index, slimmed, without the app's own files."
        "</sub>\n"
    )
    assert "Measured" in comment(same, "build")


def run_action(
    app: Path, folder: Path, variables: dict[str, str], **inputs: str
) -> subprocess.CompletedProcess[str]:
    """The action's step as a runner starts it: its inputs are variables, its shell is bash."""
    given = {name: item.get("default", "") for name, item in ACTION["inputs"].items()} | inputs
    own = {
        name: given[text.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, text in STEP["env"].items()
    }
    runner = {
        "GITHUB_ACTION_PATH": str(readme.ROOT),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    script = folder / "step.sh"
    script.write_text(STEP["run"])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
        cwd=app,
        env={**os.environ, **variables, **runner, **own},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_comments(
    app: Path, api: CommentsApi, variables: dict[str, str], tmp_path: Path
) -> None:
    token = variables["GITHUB_TOKEN"]
    done = run_action(app, tmp_path, variables, base="HEAD", token=token)
    assert done.returncode == 0, done.stderr
    (written,) = api.comments
    assert "| fresh | new 3.0 |" in str(written["body"])
    assert "| fresh | new 3.0 |" in (tmp_path / "summary.md").read_text()


def test_the_action_fetches_the_base_and_can_fail(
    app: Path, api: CommentsApi, variables: dict[str, str], tmp_path: Path
) -> None:
    git(app, "commit", "--all", "--quiet", "--message=two")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", app.as_uri(), str(clone))
    base = git(app, "rev-parse", "HEAD~1").strip()
    git(app, "config", "uploadpack.allowAnySHA1InWant", "true")
    inputs = {"base": base, "fail-if-grown": "0.000001%", "token": variables["GITHUB_TOKEN"]}
    done = run_action(clone, tmp_path, variables, **inputs)
    assert done.returncode == 3, done.stderr
    assert len(api.comments) == 1


def test_the_actions_text_is_whole() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert STEP["shell"] == "bash"
    # What comes from a pull request reaches the script as a variable: never as a part of it.
    assert "${{" not in STEP["run"]
    for name, item in ACTION["inputs"].items():
        assert item["description"].endswith((".", "+5MB.", "(minutes).")), name

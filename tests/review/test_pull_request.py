"""The comment of a pull request: one, kept up to date, on a server that answers as GitHub's."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from comments_api import NUMBER, REPOSITORY, TOKEN, CommentsApi, comments_api, job
from slugfit.base.errors import UsageError
from slugfit.report.failures import error_sentences
from slugfit.review.pull_request import CommentError, PullRequest, pull_request_of, put_comment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = "<!-- mark -->"


@pytest.fixture
def api() -> Iterator[CommentsApi]:
    with comments_api() as found:
        yield found


@pytest.fixture
def pull(api: CommentsApi) -> PullRequest:
    return PullRequest(api.url, REPOSITORY, NUMBER, TOKEN)


def test_the_first_comment_is_a_new_one(api: CommentsApi, pull: PullRequest) -> None:
    api.add("What a change!")
    address = put_comment(pull, MARK, f"{MARK}\none")
    assert [item["body"] for item in api.comments] == ["What a change!", f"{MARK}\none"]
    assert address.endswith("#issuecomment-101")


@pytest.mark.parametrize("before", [0, 1, 99, 100, 101, 250])
def test_the_next_takes_its_place(api: CommentsApi, pull: PullRequest, before: int) -> None:
    for number in range(before):
        api.add(f"comment {number}, which quotes {MARK}")
    put_comment(pull, MARK, f"{MARK}\none")
    put_comment(pull, MARK, f"{MARK}\ntwo")
    assert [item["body"] for item in api.comments[before:]] == [f"{MARK}\ntwo"]


@pytest.mark.parametrize("code", [301, 302, 307, 403, 404, 422, 500])
def test_an_answer_that_is_none_is_told(api: CommentsApi, pull: PullRequest, code: int) -> None:
    api.refused = code
    with pytest.raises(CommentError) as caught:
        put_comment(pull, MARK, MARK)
    told = " ".join(error_sentences(caught.value))
    assert str(code) in told
    assert "pull-requests: write" in told
    assert TOKEN not in told
    assert not [place for place in api.asked if "elsewhere" in place]


def test_a_wrong_token_and_no_server_are_told(pull: PullRequest) -> None:
    with pytest.raises(CommentError):
        put_comment(replace(pull, token="other"), MARK, MARK)  # noqa: S106 - it opens nothing
    with pytest.raises(CommentError):
        put_comment(replace(pull, api="http://127.0.0.1:9"), MARK, MARK)
    assert TOKEN not in repr(pull)


@pytest.mark.parametrize(
    "event", [{"number": NUMBER}, {"issue": {"number": NUMBER}}, {"number": NUMBER, "issue": {}}]
)
def test_the_event_says_which_it_is(tmp_path: Path, event: object) -> None:
    (tmp_path / "event.json").write_text(json.dumps(event))
    variables = job(CommentsApi("https://api.example/"), str(tmp_path / "event.json"))
    expected = PullRequest("https://api.example", REPOSITORY, NUMBER, TOKEN)
    assert pull_request_of(variables) == expected


@pytest.mark.parametrize(
    "event", ["", "{", "[]", "{}", '{"number": "7"}', '{"issue": {}}', '{"ref": "main"}']
)
def test_an_event_of_another_kind_is_told(tmp_path: Path, event: str) -> None:
    (tmp_path / "event.json").write_text(event)
    with pytest.raises(UsageError, match="knows no pull request"):
        pull_request_of(job(CommentsApi("https://api.example"), str(tmp_path / "event.json")))


@pytest.mark.parametrize("name", ["GITHUB_REPOSITORY", "GITHUB_EVENT_PATH", "GITHUB_TOKEN"])
def test_a_job_that_knows_too_little_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "event.json").write_text(json.dumps({"number": NUMBER}))
    variables = dict(job(CommentsApi("https://api.example"), str(tmp_path / "event.json")))
    del variables[name]
    with pytest.raises(UsageError, match="knows no pull request"):
        pull_request_of(variables)

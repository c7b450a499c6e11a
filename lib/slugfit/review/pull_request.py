"""Which pull request a job of GitHub Actions is about, and its comments.

Variables: https://docs.github.com/en/actions/reference/workflows-and-actions/variables. Comments:
https://docs.github.com/en/rest/issues/comments.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slugfit.base.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SECONDS = 30
_PAGE = 100
"""Comments that one answer holds at most."""


class CommentError(UsageError):
    """A comment could not be read or written."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Where comments go."""

    api: str
    """Where the API is, without a slash at its end."""
    repository: str
    """``owner/name``."""
    number: int
    token: str = field(repr=False)


def pull_request_of(variables: Mapping[str, str]) -> PullRequest:
    """The pull request that this job is about; raises UsageError."""
    event = _event(variables.get("GITHUB_EVENT_PATH", ""))
    number = event.get("number", event.get("issue", {}).get("number"))
    repository, token = variables.get("GITHUB_REPOSITORY", ""), variables.get("GITHUB_TOKEN", "")
    if not (isinstance(number, int) and repository and token):
        raise UsageError(
            "--comment knows no pull request.",
            "It takes GITHUB_EVENT_PATH, GITHUB_REPOSITORY and GITHUB_TOKEN, as a job for a pull "
            "request on GitHub Actions has them.",
            "Elsewhere leave it out, and post what is printed.",
        )
    api = variables.get("GITHUB_API_URL", "https://api.github.com").rstrip("/")
    return PullRequest(api, repository, number, token)


def _event(place: str) -> Mapping[str, Any]:
    try:
        event = json.loads(Path(place).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


def put_comment(pull: PullRequest, mark: str, body: str) -> str:
    """Write ``body``, in place of the comment that begins with ``mark``; returns its address.

    Raises CommentError.
    """
    own = next((item for item in _comments(pull) if str(item["body"]).startswith(mark)), None)
    if own is None:
        place = f"/issues/{pull.number}/comments"
        return str(_ask(pull, "POST", place, {"body": body})["html_url"])
    return str(_ask(pull, "PATCH", f"/issues/comments/{own['id']}", {"body": body})["html_url"])


def _comments(pull: PullRequest) -> Iterator[Mapping[str, Any]]:
    page = 1
    while True:
        place = f"/issues/{pull.number}/comments?per_page={_PAGE}&page={page}"
        found = _ask(pull, "GET", place)
        yield from found
        if len(found) < _PAGE:
            return
        page += 1


def _opener() -> urllib.request.OpenerDirector:
    """One that follows no redirect: the token goes to the API's own host and to no other."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _ask(pull: PullRequest, method: str, place: str, content: object = None) -> Any:  # noqa: ANN401
    request = urllib.request.Request(  # noqa: S310 - the API's address is GitHub's or the user's
        f"{pull.api}/repos/{pull.repository}{place}",
        None if content is None else json.dumps(content).encode(),
        {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {pull.token}",
            "Content-Type": "application/json",
            "User-Agent": "slugfit",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        method=method,
    )
    try:
        with _opener().open(request, timeout=_SECONDS) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        error.close()
        raise CommentError(
            "The comment could not be written.",
            f"{method} {place.partition('?')[0]}: {error.code} {error.reason}",
            "The job needs `permissions: pull-requests: write`; a pull request from a fork has "
            "none.",
        ) from error
    except (OSError, ValueError) as error:
        raise CommentError("The comment could not be written.", str(error)) from error

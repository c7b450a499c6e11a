"""The part of GitHub's API that comments take, on 127.0.0.1.

https://docs.github.com/en/rest/issues/comments; pages and the codes of its answers are as told
there.
"""

from __future__ import annotations

import http.server
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REPOSITORY = "owner/app"
NUMBER = 7
TOKEN = "token-of-a-test"  # noqa: S105 - it opens nothing


@dataclass
class CommentsApi:
    """The comments of one pull request; ``refused`` is answered to every change."""

    url: str = ""
    comments: list[dict[str, object]] = field(default_factory=list)
    refused: int = 0
    asked: list[str] = field(default_factory=list)

    def add(self, body: str) -> dict[str, object]:
        number = len(self.comments) + 100
        comment: dict[str, object] = {
            "id": number,
            "body": body,
            "html_url": f"https://github.example/{REPOSITORY}/pull/{NUMBER}#issuecomment-{number}",
        }
        self.comments.append(comment)
        return comment


class _Handler(http.server.BaseHTTPRequestHandler):
    api: CommentsApi

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        query = {name: int(values[0]) for name, values in parse_qs(place.query).items()}
        first = (query.get("page", 1) - 1) * query.get("per_page", 30)
        if self._may(place.path, f"/repos/{REPOSITORY}/issues/{NUMBER}/comments"):
            self._send(200, self.api.comments[first : first + min(query.get("per_page", 30), 100)])

    def do_POST(self) -> None:
        if self._may(self.path, f"/repos/{REPOSITORY}/issues/{NUMBER}/comments"):
            self._send(201, self.api.add(self._content()))

    def do_PATCH(self) -> None:
        number = int(self.path.rpartition("/")[2])
        if self._may(self.path, f"/repos/{REPOSITORY}/issues/comments/{number}"):
            comment = next(item for item in self.api.comments if item["id"] == number)
            comment["body"] = self._content()
            self._send(200, comment)

    def _content(self) -> str:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return str(content["body"])

    def _may(self, path: str, expected: str) -> bool:
        self.api.asked.append(f"{self.command} {self.path}")
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._send(401, {"message": "Bad credentials"})
        elif path != expected:
            self._send(404, {"message": "Not Found"})
        elif self.api.refused in range(300, 400):
            self.send_response(self.api.refused)
            self.send_header("Location", f"{self.api.url}/elsewhere")
            self.end_headers()
        elif self.api.refused and self.command != "GET":
            self._send(self.api.refused, {"message": "Resource not accessible by integration"})
        else:
            return True
        return False

    def _send(self, code: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def comments_api() -> Iterator[CommentsApi]:
    """It, for as long as the context is open."""
    api = CommentsApi()
    handler = type("Handler", (_Handler,), {"api": api})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        api.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()


def job(api: CommentsApi, event: str) -> Mapping[str, str]:
    """The variables of a job for the pull request; ``event`` is the file that tells of it."""
    return {
        "GITHUB_API_URL": api.url,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_PATH": event,
        "GITHUB_TOKEN": TOKEN,
    }

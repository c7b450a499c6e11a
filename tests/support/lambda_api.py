"""Lambda's runtime API on 127.0.0.1: one invocation for a function, and what it answers.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_PREFIX = "/2018-06-01/runtime"
_SECONDS = 60


class _Api(http.server.ThreadingHTTPServer):
    event: object = None
    asked = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answered = threading.Event()
        self.answer: tuple[str, object] = ("", None)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Api

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        assert self.path == f"{_PREFIX}/invocation/next"
        self.server.asked += 1
        if self.server.asked > 1:
            self.server.answered.wait(_SECONDS)
        body = json.dumps(self.server.event).encode()
        self.send_response(200)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Lambda-Runtime-Aws-Request-Id": "request-1",
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 30_000),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:1:function:app",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answer = (self.path.rpartition("/")[2], json.loads(content))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.answered.set()


def invoke(
    command: Sequence[str | Path], task: Path, variables: Mapping[str, str], event: object
) -> tuple[str, object]:
    """Start a function's runtime in ``task``, as Lambda does: ``response``, and the answer."""
    with _Api() as api:
        api.event = event
        thread = threading.Thread(target=api.serve_forever, daemon=True)
        thread.start()
        process = subprocess.Popen(
            command,
            cwd=task,
            env={
                **variables,
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
                "LAMBDA_TASK_ROOT": os.fspath(task),
            },
            stdin=subprocess.DEVNULL,
        )
        try:
            api.answered.wait(_SECONDS)
        finally:
            process.kill()
            process.wait()
            api.shutdown()
            thread.join()
        return api.answer

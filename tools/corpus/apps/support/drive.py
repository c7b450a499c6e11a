"""What the programs of the sample apps share: commands by name, web processes, lines."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

SECONDS = 90


def say(label, *found):
    print(f"{label}:", *found, flush=True)


def run(*command, feed=None, **variables):
    """What a command says; it is found on PATH, as a dyno finds it."""
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        input=feed,
        timeout=SECONDS,
        env={**os.environ, **variables},
    )
    if done.returncode:
        raise SystemExit(f"{command}: {done.returncode}: {(done.stdout + done.stderr)[-1500:]}")
    return done.stdout.strip()


def processes():
    """The lines of the Procfile."""
    with open("Procfile") as file:
        return dict(re.findall(r"^([\w-]+):\s*(.+)$", file.read(), re.M))


def release(**variables):
    """What the release process says."""
    return run("bash", "-c", processes()["release"], **variables)


class Client:
    """Talks to a web process."""

    def __init__(self, port):
        self.port = port
        self.cookie = ""

    def ask(self, path, body=None, method=None, **headers):
        """(status, headers, text) of one request; cookies are kept."""
        asked = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            asked["Cookie"] = self.cookie
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        connection.request(method or ("POST" if body else "GET"), path, body, asked)
        answer = connection.getresponse()
        text = answer.read()
        if answer.getheader("Set-Cookie"):
            self.cookie = answer.getheader("Set-Cookie").partition(";")[0]
        return answer.status, answer.headers, text

    def text(self, path, body=None, **headers):
        """The status and the text in one line."""
        status, _, text = self.ask(path, body, **headers)
        if status >= 500:
            raise SystemExit(f"{path}: {status} {text.decode('utf-8', 'replace')[:500]}")
        return f"{status} {text.decode('utf-8', 'replace').strip()[:300]}"


@contextlib.contextmanager
def serving(process="web", **variables):
    """A process of the Procfile, once its port answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(
            ["bash", "-c", "exec " + processes()[process]],
            env={**os.environ, "PORT": str(port), **variables},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            for _ in range(SECONDS * 10):
                if child.poll() is not None or is_open(port):
                    break
                time.sleep(0.1)
            try:
                if not is_open(port):
                    raise SystemExit(f"{process} does not answer")
                yield Client(port)
            except BaseException:
                log.seek(0)
                sys.stderr.write(log.read().decode("utf-8", "replace")[-3000:])
                raise
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def is_open(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main(*steps):
    for step in steps:
        step()
    print("ok", flush=True)

"""A worker whose logging is set up by a YAML file.

Dynamic: formatter, handler and filter classes by path in logging.yaml (python-json-logger, rich,
structlog, the app's own), metadata versions of what it never imports, a renderer by dotted name.
"""

import json

from drive import main, run, say


def logs():
    lines = run("python", "worker.py").splitlines()
    for line in lines:
        if line.startswith("{"):
            told = json.loads(line)
            say("json", sorted(told), told.get("message") or told.get("event"))
        else:
            say("line", " ".join(line.split()))


main(logs)

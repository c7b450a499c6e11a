"""A Celery project without a framework: a real worker on a file system broker.

Dynamic: celeryconfig by name, a transport by its alias in the broker's URL, imports and routes by
string, yaml as serializer by name, a cron schedule, gzip compression by name, the worker from the Procfile,
the Redis transport of a second URL.
"""

import os
import subprocess

from drive import main, processes, run, say


def works():
    for folder in ("in", "processed"):
        os.makedirs(f"queue/{folder}", exist_ok=True)
    worker = subprocess.Popen(
        ["bash", "-c", "exec " + processes()["worker"]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        say("sent", run("python", "send.py"))
    finally:
        worker.terminate()
        worker.wait(60)


def inspects():
    code = "from proj import app; c = app.connection(app.conf.other_broker); print(c.transport_cls, type(c.transport).__module__)"
    say("redis", run("python", "-c", code))
    code = "from proj import app; s = app.conf.beat_schedule['morning']['schedule']; print(s)"
    say("beat", run("python", "-c", code))


main(works, inspects)

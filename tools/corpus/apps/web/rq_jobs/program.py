"""Jobs on rq, with a Redis that is an object of this process.

Dynamic: jobs enqueued by dotted text, the worker's class and serializer by string, the rq command line by
name, a client class by a config var.
"""

from drive import main, run, say


def jobs():
    say("jobs", run("python", "enqueue.py"))
    say("command", "worker" in run("rq", "--help"))


main(jobs)

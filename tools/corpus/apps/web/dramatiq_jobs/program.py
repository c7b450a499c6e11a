"""Jobs on dramatiq, and on huey in SQLite.

Dynamic: dramatiq's broker and results backend by dotted names in a TOML file, middleware by string,
the dramatiq command by name with modules to import, huey_consumer by name with the app's object.
"""

import subprocess

from drive import main, run, say


def dramatiq():
    say("dramatiq", run("python", "jobs.py"))
    say("command", "--processes" in run("dramatiq", "--help"))


def huey():
    consumer = subprocess.Popen(["huey_consumer", "chores.huey", "-q", "-k", "thread"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        say("huey", run("python", "-c", "import chores; print(chores.clean('a  b')(blocking=True, timeout=60))"))
    finally:
        consumer.terminate()
        consumer.wait(60)


main(dramatiq, huey)

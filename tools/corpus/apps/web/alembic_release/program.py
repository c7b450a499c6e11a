"""A Flask-less API on Starlette with migrations in the release process.

Dynamic: `alembic` by name, env.py run by it, sqlalchemy.url in alembic.ini, mako for new revisions,
logging handlers by class path in alembic.ini, hypercorn from the Procfile, a command by subprocess.
"""

import glob

from drive import main, release, run, say, serving


def migrates():
    say("release", release())
    say("current", run("alembic", "current"))
    run("alembic", "revision", "-m", "second one", "--rev-id", "0002")
    with open(glob.glob("migrations/versions/0002*.py")[0]) as file:
        say("revision", [line.strip() for line in file if line.startswith(("down_rev", "revision"))])


def serves():
    with serving() as client:
        say("home", client.text("/"))
        say("migrated", client.text("/migrate"))


main(migrates, serves)

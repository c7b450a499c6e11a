"""A Flask blog with SQLAlchemy, migrations and a cache.

Dynamic: .flaskenv and .env read by flask through python-dotenv, flask-migrate's `db` command by its
entry point in the release process, the database by DATABASE_URL, the cache class by name, extensions
by string from a config file, gunicorn's gthread worker.
"""

from drive import main, release, run, say, serving


def commands():
    release()
    say("routes", run("flask", "routes").count("blog."))
    say("db", run("flask", "db", "current").split()[0])
    say("own", run("flask", "greet", "ann"))


def serves():
    with serving() as client:
        say("post", client.text("/posts", "title=hello", Content_Type="application/x-www-form-urlencoded"))
        say("posts", client.text("/posts"))
        say("cached", client.text("/slow") == client.text("/slow"))
        say("login", client.text("/me"))


main(commands, serves)

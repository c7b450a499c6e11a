"""A Django site with Jinja2 templates, PDFs and settings by environment.

Dynamic: settings split by DJANGO_SETTINGS_MODULE and import_module, the Jinja2 backend and its
environment by string, debug toolbar's panels and middleware only in one environment, message storage,
session engine and logging classes by string, management commands by name, gevent workers.
"""

from drive import main, run, say, serving


def commands():
    say("command", run("python", "manage.py", "report", "--kind", "csv"))
    say("locale", run("python", "manage.py", "report", "--kind", "date"))


def serves():
    with serving() as client:
        say("page", client.text("/"))
        say("session", client.text("/count"), client.text("/count"))
    with serving(DJANGO_ENV="dev") as client:
        status, _, text = client.ask("/html")
        say("toolbar", status, b"djDebug" in text)


main(commands, serves)

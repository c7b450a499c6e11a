"""A service that builds documentation and runs checks for its users.

Dynamic: sphinx's extensions, themes and builders by name in conf.py, pytest with plugins by
entry point as a product, coverage through it, faker's providers and locales by name, black and mypy as commands.
"""

from drive import main, run, say


def builds():
    for builder in ("html", "text"):
        run("sphinx-build", "-q", "-b", builder, "handbook", f"out-{builder}")
    with open("out-text/index.txt") as file:
        say("text", file.read().split())
    with open("out-html/index.html") as file:
        say("html", "alabaster" in file.read())


def checks():
    say("checks", run("python", "checks.py"))
    say("names", run("python", "names.py"))


main(builds, checks)

# mypy: ignore-errors
"""A web process that needs the standard library only."""

from drive import main, say, serving


def serves():
    with serving() as client:
        say("home", client.text("/"))


main(serves)

"""A Flask site in three languages.

Dynamic: babel's message extractors by name in babel.cfg (jinja2's by entry point), `pybabel` by
name in the release process, locale data by the request's language, jinja2's i18n and do extensions by
string, time zones by name with no zone files of the system.
"""

from drive import main, release, run, say, serving


def releases():
    say("release", len(release().splitlines()) >= 0)
    with open("messages.pot") as file:
        say("extracted", sorted(line.strip() for line in file if line.startswith("msgid") and '""' not in line))


def serves():
    with serving() as client:
        for language in ("de", "fr", "ja", "en"):
            say(language, client.text("/", Accept_Language=language))


main(releases, serves)

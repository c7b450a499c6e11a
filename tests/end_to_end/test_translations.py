"""Real translations: Django and Flask-Babel answer as before in the languages that are named."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pythons import PREFIX, SITE, real_slug, settings
from slugfit.pipeline import slim_tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.index, pytest.mark.xdist_group("translations")]

DJANGO = """
import sys
import django
from django.conf import settings
from django.utils import translation

APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
settings.configure(LANGUAGE_CODE="de", INSTALLED_APPS=APPS)
django.setup()


def main(codes):
    for code in codes:
        with translation.override(code):
            print(code, translation.gettext("Yes"), translation.gettext("Password"))


if __name__ == "__main__":
    main(sys.argv[1:])
"""
FLASK = """
import datetime
import sys
from babel import UnknownLocaleError
from flask import Flask
from flask_babel import Babel, force_locale, format_currency, format_date

app = Flask(__name__)
Babel(app, default_locale="de")


def main(codes):
    for code in codes:
        try:
            with app.test_request_context(), force_locale(code):
                print(code, format_date(datetime.date(2026, 3, 1), "full"))
                print(format_currency(9.5, "EUR"))
        except UnknownLocaleError as error:
            print(error)


if __name__ == "__main__":
    main(sys.argv[1:])
"""
NAMED = ("en", "en_GB", "de", "de_AT", "pt", "pt_BR", "pt_PT", "pt_AO", "zh_Hant_TW", "zh")


@pytest.mark.parametrize(
    ("package", "app", "least", "without"),
    [
        ("django", DJANGO, 2_000, "fr Ja Passwort\n"),
        ("flask-babel", FLASK, 800, "unknown locale 'fr'\n"),
    ],
)
def test_languages_that_are_named_work_as_before(
    tmp_path: Path, package: str, app: str, least: int, without: str
) -> None:
    root = real_slug(tmp_path, {}, {"app.py": app, "Procfile": "web: python app.py\n"})
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--target", str(root / SITE))
    subprocess.run([*pip, package], check=True)

    def said(*codes: str) -> str:
        program = (str(root / PREFIX / "bin/python"), str(root / "app.py"), *codes)
        done = subprocess.run(program, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    before = said(*NAMED)
    assert said("fr") != without
    config = settings(LEVEL="unused", LOCALES="de, pt_BR, zh-Hant", BYTECODE="strip")
    outcome = slim_tree(root, config)
    gone = [item for item in outcome.planned.decisions if item.rule == "translations"]
    assert len(gone) >= least
    assert said(*NAMED) == before
    assert said("fr") == without

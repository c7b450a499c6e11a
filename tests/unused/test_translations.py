"""Translations: those into languages that nobody named go, if SLUGFIT_LOCALES is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pythons import settings
from slugfit.catalog.languages import language_of
from slugfit.measure.sizes import Bytes
from slugfit.pipeline import dry_run
from slugfit.plan.make import make_plan
from slugfit.plan.unused_too import with_unused
from slugfit.report.advice import advise_locales
from slugfit.report.advice_words import advice_line, advice_sentence
from slugfit.report.json_report import report_document
from slugfit.report.make import make_report
from slugfit.report.text import report_lines
from slugfit.report.why import explain_path, explanation_text
from slugfit.settings.config_vars import ConfigVars
from slugfit.settings.current_run import Run
from trees import SITE, Content, distribution, plant, slug

if TYPE_CHECKING:
    from pathlib import Path

MO = b"\xde\x12\x04\x95\0\0\0\0"
PO = 'msgid ""\nmsgstr ""\n'
DAT = b"\x80\x02}q\x00(X\t\x00\x00\x00locale_idq\x01X"
WEB = {"Procfile": "web: python app.py\n"}


def catalogues(package: str, *locales: str) -> dict[str, Content]:
    return {f"{package}/locale/{name}/LC_MESSAGES/x.mo": MO for name in locales}


def lib(*locales: str) -> dict[str, Content]:
    """A distribution with a module and catalogues for these locales."""
    return distribution("lib", "1.0", {"lib/__init__.py": "", **catalogues("lib", *locales)})


def gone(root: Path, tree: dict[str, Content], locales: str, run: Run | None = None) -> set[str]:
    """What goes of a tree, from site-packages; the same at the level auto."""
    plant(root, {**WEB, **tree})
    run = run or Run()
    plan = make_plan(root, settings(LEVEL="unused", WORTH="0", LOCALES=locales), run)
    later = with_unused(make_plan(root, settings(WORTH="0", LOCALES=locales), run))
    paths = {item.path for item in plan.decisions if item.rule == "translations"}
    assert paths == {item.path for item in later.decisions if item.rule == "translations"}
    assert paths <= {item.path for item in plan.decisions if item.action == "remove"}
    return {path.removeprefix(f"{SITE}/") for path in paths}


def left(root: Path, site: dict[str, Content], locales: str, app: str, **more: Content) -> str:
    """The locales of ``lib`` that stay, sorted."""
    went = gone(root, {**slug(site), "app.py": app, **more}, locales)
    mine = {path for path in site if path.startswith("lib/locale/")}
    return " ".join(sorted(path.split("/")[2] for path in mine - went))


EVERY = "de de_AT en en_GB fr nb pt pt_BR pt_PT root sr@latin xyzzy zh_Hans zh_TW"


@pytest.mark.parametrize(
    ("locales", "stays"),
    [
        ("", EVERY),
        ("en", "en en_GB root xyzzy"),
        ("de", "de de_AT en en_GB root xyzzy"),
        ("de_AT", "de de_AT en en_GB root xyzzy"),
        ("pt-br, zh_CN", "en en_GB pt pt_BR pt_PT root xyzzy zh_Hans zh_TW"),
        ("no sh", "en en_GB nb root sr@latin xyzzy"),
    ],
)
def test_a_locale_keeps_its_language(tmp_path: Path, locales: str, stays: str) -> None:
    every = [
        "de",
        "de_AT",
        "en",
        "en_GB",
        "fr",
        "nb",
        "pt",
        "pt_BR",
        "pt_PT",
        "root",
        "sr@latin",
        "xyzzy",
        "zh_Hans",
        "zh_TW",
    ]
    assert left(tmp_path, lib(*every), locales, "import lib\n") == stays


@pytest.mark.parametrize(
    ("app", "more", "stays"),
    [
        ("import lib\nLANGUAGE_CODE = 'fr'\n", {}, "en fr"),
        ("import lib\nLANGUAGES = [('fr-ca', 'Français')]\n", {}, "en fr"),
        ("import lib\nLANGUAGES = 'it,fr'.split(',')\n", {}, "en fr it"),
        ("import lib\nset('fr_FR.UTF-8')\n", {}, "en fr"),
        ("import lib\n", {"app.yaml": "locale: fr_FR\n"}, "en fr"),
        ("import lib\n", {"shop/locale/fr/LC_MESSAGES/django.po": PO}, "en fr"),
        ("import lib\nNAME = 'french'\nX = 'fr_'\nY = 'from'\n", {}, "en"),
        ("import lib\n", {"locale/fr.po": PO, "README.md": "fr"}, "en"),
    ],
)
def test_what_the_app_names_stays(
    tmp_path: Path, app: str, more: dict[str, Content], stays: str
) -> None:
    assert left(tmp_path, lib("en", "fr", "it"), "de", app, **more) == stays


def test_a_config_var_names_a_language(tmp_path: Path) -> None:
    plant(tmp_path / "env", {"LANG": "fr_FR.UTF-8"})
    tree = {**slug(lib("fr", "it")), "app.py": "import lib\n"}
    run = Run(config_vars=ConfigVars(tmp_path / "env"))
    went = gone(tmp_path / "app", tree, "de", run)
    assert went == {"lib/locale/it/LC_MESSAGES/x.mo"}


@pytest.mark.parametrize(
    ("path", "content", "goes"),
    [
        ("lib/locale/fr/LC_MESSAGES/lib.mo", MO, True),
        ("lib/i18n/fr/LC_MESSAGES/lib.mo", MO[3::-1], True),
        ("lib/fr/LC_MESSAGES/lib.po", PO, True),
        ("lib/locale/fr/LC_MESSAGES/lib.mo", b"not one", False),
        ("lib/locale/fr/LC_MESSAGES/lib.po", "not one", False),
        ("lib/locale/fr/LC_MESSAGES/lib.pot", PO, False),
        ("lib/locale/fr/LC_MESSAGES/lib.js", "x", False),
        ("lib/locale/fr/lib.mo", MO, False),
        ("lib/locale/fr/__init__.py", "", False),
        ("lib/locale/french/LC_MESSAGES/lib.mo", MO, False),
        ("lib/locale/C/LC_MESSAGES/lib.mo", MO, False),
        ("lib/locale-data/fr.dat", DAT, False),
    ],
)
def test_a_translation_shows_what_it_is(
    tmp_path: Path,
    path: str,
    content: Content,
    goes: bool,  # noqa: FBT001
) -> None:
    site = distribution("lib", "1.0", {"lib/__init__.py": "", path: content})
    went = gone(tmp_path, {**slug(site), "app.py": "import lib\n"}, "de")
    assert went == ({path} if goes else set())


def test_only_what_is_installed_loses_any(tmp_path: Path) -> None:
    own: dict[str, Content] = {"app.py": "import lib\n", "locale/it/LC_MESSAGES/x.mo": MO}
    stray: dict[str, Content] = {"other/fr/LC_MESSAGES/x.mo": MO}
    assert gone(tmp_path, {**slug({**lib("it"), **stray}), **own}, "de") == set()


@pytest.mark.parametrize(
    ("name", "code", "app", "goes"),
    [
        ("lib", "", "import lib\n", True),
        # It fails without the catalogue that it is asked for.
        ("lib", "import gettext\n", "import lib\n", False),
        ("lib", "", "import lib, gettext\n", False),
        ("lib", "import polib\n", "import lib\n", False),
        ("lib", "", "import lib, reader\n", False),
        # Django's own code is known to go on.
        ("django", "import gettext\n", "import lib, gettext\n", True),
    ],
)
def test_who_reads_them_has_to_go_on_without(
    tmp_path: Path,
    name: str,
    code: str,
    app: str,
    goes: bool,  # noqa: FBT001
) -> None:
    files: dict[str, Content] = {"lib/__init__.py": code, **catalogues("lib", "fr")}
    site = {
        **distribution(name, "1.0", files),
        **distribution("reader", "1.0", {"reader.py": "import lib, gettext\n"}),
        **distribution("click", "1.0", {"click.py": "import gettext\n"}),
    }
    went = gone(tmp_path, {**slug(site), "app.py": f"{app}import click\n"}, "de")
    assert bool(went) == goes


@pytest.mark.parametrize(
    ("settings_py", "goes"),
    [
        ("LANGUAGE_CODE = 'fr'\n", False),
        ("class Base:\n    LANGUAGES = [('fr', 'x')]\n", False),
        ("CODE = 'fr'\n", True),
    ],
)
def test_settings_may_be_installed_with_the_app(
    tmp_path: Path,
    settings_py: str,
    goes: bool,  # noqa: FBT001
) -> None:
    site = {**lib("fr"), **distribution("site", "1.0", {"web/settings.py": settings_py})}
    app = "import lib\nSETTINGS = 'web.settings'\n"
    assert bool(gone(tmp_path, {**slug(site), "app.py": app}, "de")) == goes


BABEL = distribution(
    "babel",
    "2.0",
    {
        "babel/__init__.py": "",
        "babel/global.dat": DAT,
        **{f"babel/locale-data/{name}.dat": DAT for name in ("root", "en", "en_001", "de", "fr")},
    },
)


@pytest.mark.parametrize(
    ("app", "library", "goes"),
    [
        ("import babel\n", "", True),
        ("import babel\nbabel.Locale('fr')\n", "", False),
        ("import babel\nbabel.localedata.locale_identifiers()\n", "", False),
        ("import flask_babel\n", "import babel\n", True),
        ("import courlan\n", "import babel\n", False),
    ],
)
def test_babel_keeps_all_where_any_can_be_asked_for(
    tmp_path: Path,
    app: str,
    library: str,
    goes: bool,  # noqa: FBT001
) -> None:
    name = app.split()[1]
    more = distribution(name, "1.0", {f"{name}.py": library}) if library else {}
    went = gone(tmp_path, {**slug({**BABEL, **more}), "app.py": app}, "de")
    assert went == ({"babel/locale-data/fr.dat"} if goes else set())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("pt_BR", "pt"),
        ("zh-Hant-TW", "zh"),
        ("es_419", "es"),
        ("en_US_POSIX", "en"),
        ("ca@valencia", "ca"),
        ("ca_ES_VALENCIA", "ca"),
        ("de_DE.UTF-8", "de"),
        ("nb", "no"),
        ("iw", "he"),
        ("hsb", "hsb"),
        *((text, "") for text in ("", "xx", "C", "POSIX", "root", "german", "de_", "de DE", "d")),
        *((text, "") for text in ("und", "de.py/x", "fr-", "id_rsa", "static", "de_DEU")),
    ],
)
def test_a_locale_has_a_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_the_report_says_what_goes_and_why_the_rest_stays(tmp_path: Path) -> None:
    tree = {**slug(lib("en", "fr", "it", "es")), "app.py": "import lib\nCODE = 'fr'\n"}
    plant(tmp_path, {**WEB, **tree})
    config = settings(LEVEL="unused", WORTH="0", LOCALES="it", VERIFY="off")
    made = make_report(dry_run(tmp_path, config), config, action="plan")
    (total,) = report_document(made)["unused"]
    assert (total["name"], total["what"], total["files"]) == ("lib", "translations", 1)
    assert any(line.text.startswith("lib: translations") for line in report_lines(made))
    path = f"{SITE}/lib/locale/{{}}/LC_MESSAGES/x.mo"
    for locale, words in (
        ("es", "rule: translations (class: unused"),
        ("fr", "reached: app.py names 'fr'."),
        ("it", "reached: SLUGFIT_LOCALES names it."),
        ("en", "reached: Programs fall back to its language."),
    ):
        told = explanation_text(explain_path(tmp_path, path.format(locale), config))
        assert words in told


def test_what_a_setting_would_save_is_advised() -> None:
    parts = {"django": Bytes(9, 400_000), "babel": Bytes(9, 1_400_000)}
    (found,) = advise_locales(parts, ["de", "en", "id", "zh"])
    assert found.saves == 1_800_000
    assert advice_sentence(found).endswith("the app does not name: babel, django.")
    assert advice_line(found) == "SLUGFIT_LEVEL=unused SLUGFIT_LOCALES=en,de,zh"
    assert list(advise_locales({"django": Bytes(9, 400_000)}, [])) == []


def test_without_the_setting_the_report_counts_what_it_would_take(tmp_path: Path) -> None:
    noise = "".join(f"{n * 7919 % 100003:05}" for n in range(400_000)).encode()
    files: dict[str, Content] = {
        "lib/__init__.py": "",
        "lib/locale/fr/LC_MESSAGES/x.mo": MO + noise,
    }
    tree = {**slug(distribution("lib", "1.0", files)), "app.py": "import lib\nX = 'de'\n"}
    plant(tmp_path, {**WEB, **tree})
    for locales, count in (("", 1), ("fr", 0)):
        config = settings(WORTH="0", VERIFY="off", LOCALES=locales)
        made = make_report(dry_run(tmp_path, config), config, action="plan")
        assert len(made.advice) == count

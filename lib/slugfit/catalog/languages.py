"""LANGUAGES: the codes by which locales begin, and which packages do without a translation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv "
    "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho "
    "hr ht hu hy hz ia id ie ig ii ik in io is it iu iw ja ji jv ka kg ki kj kk kl km kn ko "
    "kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd "
    "ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg "
    "sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug "
    "uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)
_THREE_LETTERS = (
    "ace ach ada ady aeb afh agq ain akk akz ale aln alt ang ann anp apc apw arc arn aro arp "
    "arq ars arw ary arz asa ase ast atj avk awa bal ban bar bas bax bbc bbj bej bem bew bez "
    "bfd bfq bgc bgn bho bik bin bjn bkm bla blo blt bpy bqi bra brh brx bss bua bug bum byn "
    "byv cad cak car cay cch ccp ceb cgg chb chg chk chm chn cho chp chr chy cic ckb clc coa "
    "cop cps crg crh crj crk crl crm crr crs csb csw dak dar dav del den dgr din dje doi dsb "
    "dtp dua dum dyo dyu dzg ebu efi egl egy eka elx enm esu ewo ext fan fat fil fit fon frc "
    "frm fro frp frr frs fur gaa gag gan gay gba gbz gez gil glk gmh goh gon gor got grb grc "
    "gsw guc gur guz gwi hai hak haw hax hif hil hit hmn hnj hrx hsb hsn hup hur iba ibb ikt "
    "ilo inh isv izh jam jbo jgo jmc jpr jrb jut kaa kab kac kaj kam kaw kbd kbl kcg kde kea "
    "kek ken kfo kgp kha kho khq khw kiu kkj kln kmb kmr koi kok kos kpe krc kri krj krl kru "
    "ksb ksf ksh kum kut kwk kxv lad lag lah lam lez lfn lij lil liv lkt lld lmo lol lou loz "
    "lrc lsm ltg lua lui lun luo lus luy lzh lzz mad maf mag mai mak man mas mde mdf mdr men "
    "mer mfe mga mgh mgo mhn mic mid min mnc mni moe moh mos mrh mrj mua mus mwl mwr mwv mww "
    "mye myv mzn nan nap naq nds new nia niu njo nmg nnh nnp nog non nov nqo nso nus nwc nym "
    "nyn nyo nzi ojb ojc ojs ojw oka osa ota pag pal pam pap pau pcd pcm pdc pdt peo pfl phn "
    "pis pms pnt pon pqm prg pro quc qug raj rap rar rej rgn rhg rif rof rom rtm rue rug rup "
    "rwk sad sah sam saq sas sat saz sba sbp scn sco sdc sdh see seh sei sel ses sga sgs shi "
    "shn shu sid sjd sje sju skr slh sli sly sma smj smn sms snk sog srn srr ssy stq str suk "
    "sus sux suz swb syc syr szl tce tcy tem teo ter tet tgx tht tig tiv tkl tkr tlh tli tly "
    "tmh tog tok tpi tru trv trw tsd tsi ttm ttt tum tvl twq tyv tzm udm uga umb vai vec vep "
    "vls vmf vmw vot vro vun wae wal war was wbp wuu xal xdq xmf xnr xog yao yap yav ybb yrl "
    "yue zap zbl zea zen zgh zun zza "
)
LANGUAGES = frozenset((_TWO_LETTERS + _THREE_LETTERS).split())
"""The codes for which CLDR has an English name or data, and a few of public translations.

https://www.iana.org/assignments/language-subtag-registry and
https://github.com/unicode-org/cldr/blob/main/common/main/en.xml
"""

_SAME: Mapping[str, str] = {
    "nb": "no",
    "nn": "no",
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "mo": "ro",
    "sh": "sr",
    "tl": "fil",
    "cmn": "zh",
    "yue": "zh",
}
"""Other codes of a language, and languages that fall back to another one.

https://github.com/unicode-org/cldr/blob/main/common/supplemental/supplementalMetadata.xml
"""

SOURCE_LANGUAGE = "en"
"""What programs are written in, and fall back to."""

WORDS_TOO = frozenset(
    (
        *("am", "as", "be", "he", "id", "is", "it", "my", "no", "or", "so", "to", "ts", "tt"),
        *("bin", "day", "den", "fan", "key", "man", "min", "run", "sad", "war", "was", "zip"),
    )
)
"""Codes that are mostly other words in an app. They keep their language, but nobody means them."""

LANGUAGE_SETTINGS = frozenset(
    ("LANGUAGE_CODE", "LANGUAGES", "BABEL_DEFAULT_LOCALE", "BABEL_LOCALE", "BABEL_LANGUAGES")
)
"""Settings of Django and of Flask's extensions that name languages.

https://docs.djangoproject.com/en/stable/ref/settings/#language-code and
https://python-babel.github.io/flask-babel/#configuration
"""

CATALOGUE_READERS = ("gettext", "polib")
"""Modules that read catalogues, and raise an error where there is none.

https://docs.python.org/3/library/gettext.html#gettext.translation and
https://polib.readthedocs.io/en/latest/api.html
"""

LENIENT_READERS: Mapping[str, str] = {
    # A catalogue that is missing leads to LANGUAGE_CODE, and then to the texts of the source.
    "django": "https://docs.djangoproject.com/en/stable/topics/i18n/translation/",
    # Translations.load answers with NullTranslations.
    "babel": "https://babel.pocoo.org/en/latest/api/support.html",
    # init catches the error, for each catalogue.
    "sphinx": "https://www.sphinx-doc.org/en/master/extdev/i18n.html",
}
"""Distributions that read gettext catalogues of their own and others', and go on without one."""

LOCALE_CHOSEN_BY_APP: Mapping[str, str] = {
    "flask-babel": "https://python-babel.github.io/flask-babel/",
    "sphinx": "https://www.sphinx-doc.org/en/master/usage/configuration.html#confval-language",
    "wtforms": "https://wtforms.readthedocs.io/en/stable/fields/#wtforms.fields.DecimalField",
    "agate": "https://agate.readthedocs.io/en/stable/api/config.html",
    "mako": "https://docs.makotemplates.org/en/latest/usage.html#babel",
}
"""Distributions that ask Babel for no locale but the one which the app or its settings chose.

Others may try any: courlan recognises the languages of addresses by what Babel knows.
"""

LOCALE_LISTERS = frozenset(("locale_identifiers", "search_locale"))
"""Functions of Babel that tell which locales there are: https://babel.pocoo.org/en/latest/api/core.html"""

_LOCALE = re.compile(
    r"([a-z]{2,3})"  # the language
    r"(?:[-_][a-z]{4})?"  # the script
    r"(?:[-_](?:[a-z]{2}|[0-9]{3}))?"  # the territory
    r"(?:[-_][a-z0-9]{5,8})*"  # variants
    r"(?:\.[a-z0-9-]+)?(?:@[a-z]+)?",  # the encoding, and a modifier
    re.IGNORECASE,
)
"""https://www.rfc-editor.org/rfc/rfc5646#section-2.1, and with ``_`` as POSIX writes it."""


def language_of(locale: str) -> str:
    """The language of ``pt_BR``, ``zh-Hant-TW`` or ``de_DE.UTF-8``; "" if that is not a locale.

    Languages that fall back to each other are the same one.
    """
    parts = _LOCALE.fullmatch(locale)
    code = "" if parts is None else parts[1].lower()
    return _SAME.get(code, code) if code in LANGUAGES else ""


def with_other_codes(words: Iterable[str]) -> frozenset[str]:
    """The words, and for those that are codes of a language its other ones."""
    found = frozenset(words)
    families = {same for code, same in _SAME.items() if code in found or same in found}
    return found.union(families, (code for code, same in _SAME.items() if same in families))

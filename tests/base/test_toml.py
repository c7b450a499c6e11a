from __future__ import annotations

import contextlib
import importlib
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.base.toml import slugfit_table, slugfit_table_by_hand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reader = Callable[[str], Mapping[str, object]]


READERS: list[Reader] = [slugfit_table, slugfit_table_by_hand]
HEAD = "[tool.slugfit]\n"
DOCUMENTS: dict[str, tuple[str, dict[str, object]]] = {
    "empty": ("", {}),
    "no table": ("[project]\nname = 'x'\nlevel = 'y'\n", {}),
    "an empty table": (HEAD, {}),
    "the doctor's own table": (
        HEAD + "level = 'x'\n[tool.slugfit.doctor]\nignore = ['a', 'b']\n[tool.other]\nx = 1\n",
        {"level": "x", "doctor": {"ignore": ["a", "b"]}},
    ),
    "the doctor's table alone": ("[tool.slugfit.doctor]\n", {"doctor": {}}),
    "text": (HEAD + "level = \"standard\"\nlimit='500M'", {"level": "standard", "limit": "500M"}),
    "numbers": (HEAD + "a = 5\nb = +1_000\nc = -0\n", {"a": 5, "b": 1000, "c": 0}),
    "booleans": (HEAD + "strict = true\nx = false\n", {"strict": True, "x": False}),
    "comments": (
        "# top\n[tool.slugfit] # head\n# own line\nlevel = 'a#b' # end\nkeep = \"#\" # '\n",
        {"level": "a#b", "keep": "#"},
    ),
    "a list": (HEAD + "keep = ['a', \"b\"]\n", {"keep": ["a", "b"]}),
    "an empty list": (HEAD + "keep = [ ]\nremove=[]", {"keep": [], "remove": []}),
    "a list of numbers and lists": (HEAD + "x = [1, [2, 'a'], true]", {"x": [1, [2, "a"], True]}),
    "a list over lines": (
        HEAD + "keep = [ # first\n  'a', # a ] b\n\n  'b',\n  # last\n]\nlevel = 'x'\n",
        {"keep": ["a", "b"], "level": "x"},
    ),
    "brackets in text": (
        HEAD + "keep = [\n'[ab', ']', \"[\",\n'*.py[co]']\nlevel = '['\n",
        {"keep": ["[ab", "]", "[", "*.py[co]"], "level": "["},
    ),
    "text like a header": (
        HEAD + "keep = [\n  '[tool.other]',\n  \"[x]\"\n]\nlevel = 'a'\n",
        {"keep": ["[tool.other]", "[x]"], "level": "a"},
    ),
    "literal text has no escapes": (
        HEAD + r"keep = ['\#a', '\[x', 'a\b']",
        {"keep": [r"\#a", r"\[x", r"a\b"]},
    ),
    "escapes": (
        HEAD + r'''keep = "\"\\\t\n\u00e9\U0001F600'"''',
        {"keep": "\"\\\t\n\xe9\U0001f600'"},
    ),
    "text over lines": (
        HEAD + 'keep = """\na\n  "b" \\\n   c\n"""\nlevel = \'\'\'\nx\\\'\'\'\n',
        {"keep": 'a\n  "b" c\n', "level": "x\\"},
    ),
    "quotes at the end of text over lines": (HEAD + 'keep = """a"""""', {"keep": 'a""'}),
    "other tables around it": (
        (
            "[build-system]\nrequires = [\n  'a[b]',\n]\n[tool]\nx = 1\n[tool.slug]\nlevel = 1\n"
            "[tool.slugfit]\nlevel = 'a'\n[tool.slugfit-x]\nlevel = 2\n[[tool.list]]\nlevel = 3\n"
        ),
        {"level": "a"},
    ),
    "other tables' odd values": (
        (
            "[a]\nx = 1.5\nd = 1979-05-27T07:32:00Z\ni = {a = 1, b = ['x']}\n'q.r' = 0x1F\n"
            "b.c = nan\nt = '''\n[tool.slugfit]\nlevel = 'no'\n'''\n[tool.slugfit]\nlevel = 'yes'\n"
        ),
        {"level": "yes"},
    ),
    "a header with spaces": ("[ tool . slugfit ]\nlevel = 'a'", {"level": "a"}),
    "a header in quotes": ("[tool.\"slugfit\"]\nlevel = 'a'", {"level": "a"}),
    "names in quotes": (
        HEAD + "\"level\" = 'a'\n'over-limit' = 'b'\n3 = 4",
        {"level": "a", "over-limit": "b", "3": 4},
    ),
    "a list of models": (
        (
            HEAD + "level = 'a'\n[[tool.slugfit.models]]\nurl = 'u'\npath = 'a'\n\n"
            '[[ tool . slugfit . "models" ]] # two\nurl = "v"\nrequired = false\nx = [\'y\']\n'
        ),
        {
            "level": "a",
            "models": [{"url": "u", "path": "a"}, {"url": "v", "required": False, "x": ["y"]}],
        },
    ),
    "models without settings": ("[[tool.slugfit.models]]\n", {"models": [{}]}),
    "settings below models": (
        "[[tool.slugfit.models]]\nwhen = 'boot'\n[tool.slugfit]\nlevel = 'a'\n",
        {"models": [{"when": "boot"}], "level": "a"},
    ),
    "other tables between models": (
        (
            "[[tool.slugfit.models]]\na = 1\n[tool.x]\na = 2\n[[tool.slugfit.models]]\na = 3\n"
            "[[tool.models]]\na = 4\n[[tool.slugfit-x.models]]\na = 5\n"
        ),
        {"models": [{"a": 1}, {"a": 3}]},
    ),
    "models as another kind of value": (HEAD + "models = ['a']\n", {"models": ["a"]}),
    "DOS lines": (
        '[tool.slugfit]\r\nkeep = [\r\n\'a\',\r\n]\r\nx = """\r\na\r\n"""\r\n',
        {"keep": ["a"], "x": "a\n"},
    ),
    "no end of line": (HEAD + "level = 'a' # end", {"level": "a"}),
    "indented": ("  [tool.slugfit]\n\tlevel\t=\t'a'\n", {"level": "a"}),
    "letters of any kind": (HEAD + "keep = 'é 😀'", {"keep": "é 😀"}),
}


@pytest.mark.parametrize("read", READERS, ids=["table", "by hand"])
@pytest.mark.parametrize(("text", "expected"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_means_what_toml_says(
    read: Reader, text: str, expected: dict[str, object]
) -> None:
    assert read(text) == expected


@pytest.mark.skipif(sys.version_info < (3, 11), reason="this Python reads no TOML itself")
@pytest.mark.parametrize("text", [text for text, _ in DOCUMENTS.values()], ids=DOCUMENTS)
def test_the_table_of_documents_is_right(text: str) -> None:
    found = importlib.import_module("tomllib").loads(text)
    assert slugfit_table_by_hand(text) == found.get("tool", {}).get("slugfit", {})


MALFORMED = {
    "no equals sign": "level 'a'",
    "no value": "level =",
    "no name": "= 'a'",
    "no quotes": "level = standard",
    "one quote": "level = 'standard",
    "one double quote": 'level = "standard\n',
    "another quote": "level = 'standard\"",
    "two values": "level = 'a' 'b'",
    "an open list": "keep = ['a',\n'b'\n",
    "an open list before another value": "keep = ['a'\nlevel = 'b'\n",
    "a closed list too many": "keep = ['a']]",
    "no comma": "keep = ['a' 'b']",
    "two commas": "keep = ['a',, 'b']",
    "only a comma": "keep = [,]",
    "Python's own": "strict = True",
    "Python's prefix": "level = r'a'",
    "a leading zero": "x = 010",
    "an escape that is none": r'level = "\a"',
    "half an escape": r'level = "\u12"',
    "no letter at all": r'level = "\UFFFFFFFF"',
    "half a letter": r'level = "\ud800"',
    "the same name twice": "level = 'a'\nlevel = 'b'",
    "the same table twice": "level = 'a'\n[x]\n[tool.slugfit]\nlimit = 'b'",
    "the same name twice in a model": "[[tool.slugfit.models]]\nurl = 'a'\nurl = 'b'",
    "models twice": "models = []\n[[tool.slugfit.models]]\nurl = 'a'",
    "models and then a list": "level = 'a'\n[[tool.slugfit.models]\nurl = 'a'",
    "a stray sign": "level = 'a' ]",
    "text over lines without its end": 'keep = """\na\n',
    "a name with a space": "le vel = 'a'",
    "no name in a header": "[x\n",
}


@pytest.mark.parametrize("read", READERS, ids=["table", "by hand"])
@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_malformed_text_is_a_value_error(read: Reader, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(HEAD + text)


UNREAD = {
    "floats": HEAD + "x = 1.5",
    "dates": HEAD + "x = 1979-05-27",
    "inline tables": HEAD + "x = {a = 1}",
    "tables inside": "[tool.slugfit.x]\na = 1",
    "dotted names inside": HEAD + "a.b = 1",
    "dotted names from the table above": "[tool]\nslugfit.level = 'a'",
    "dotted names from the top": "tool.slugfit.level = 'a'",
    "an inline table above": "[tool]\nslugfit = {level = 'a'}",
    "a list of tables": "[[tool.slugfit]]\nlevel = 'a'",
    "another list of tables": "[[tool.slugfit.other]]\nlevel = 'a'",
    "a table of that name": "[tool.slugfit.models]\nurl = 'a'",
    "a table inside a model": "[[tool.slugfit.models]]\n[tool.slugfit.models.x]\na = 1",
    "a list inside a model": "[[tool.slugfit.models]]\n[[tool.slugfit.models.x]]\na = 1",
    "dotted names in a model": "[[tool.slugfit.models]]\na.b = 1",
    "an inline table for a model": HEAD + "models = [{url = 'a'}]",
}


@pytest.mark.parametrize("text", UNREAD.values(), ids=UNREAD)
def test_what_is_not_read_by_hand_is_never_passed_over(text: str) -> None:
    with pytest.raises(ValueError, match=r"line \d"):
        slugfit_table_by_hand(text)


def test_a_list_of_tables_is_no_table() -> None:
    with pytest.raises(ValueError, match=r"not a table|no header"):
        slugfit_table("[[tool.slugfit]]\nlevel = 'a'")


def test_a_tool_that_is_no_table_has_no_settings() -> None:
    assert slugfit_table("tool = 5") == {}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_no_error_repeats_a_value(text: str) -> None:
    for line in ("upstream = 'https://me:canary@host/x'\n", "upstream = 'canary\n"):
        with pytest.raises(ValueError, match=r".") as caught:
            slugfit_table_by_hand(HEAD + line + text)
        assert "canary" not in str(caught.value)


@pytest.mark.parametrize("read", READERS, ids=["table", "by hand"])
def test_deep_nesting_is_a_value_error(read: Reader) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(HEAD + "x = " + "[" * 5_000 + "]" * 5_000)


def test_without_a_toml_library_it_is_read_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    assert slugfit_table(HEAD + "level = 'a'") == {"level": "a"}


_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
_values = st.one_of(st.booleans(), st.integers(), _texts, st.lists(_texts, max_size=3))


_tables = st.dictionaries(
    st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True).filter(lambda name: name != "models"),
    _values,
    max_size=5,
)


def write(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[\n" + "".join(f"  {write(item)}, # ]\n" for item in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def below(header: str, table: Mapping[str, object]) -> str:
    return header + "".join(f"{name} = {write(value)}\n" for name, value in table.items())


@given(_tables, st.lists(_tables, max_size=3), st.sampled_from(["settings", "models"]))
def test_what_is_written_is_read_back(
    settings: dict[str, object], models: list[dict[str, object]], first: str
) -> None:
    listed = "".join(below("[[tool.slugfit.models]]\n", model) for model in models)
    own = below(HEAD, settings)
    text = own + listed if first == "settings" else listed + own
    expected = settings | {"models": models} if models else settings
    assert slugfit_table_by_hand(text) == slugfit_table(text) == expected


@given(st.text(st.sampled_from("[]{}='\"#,.\\\nabtrue1 \t"), max_size=30))
def test_any_text_is_read_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        slugfit_table_by_hand(text)
    with contextlib.suppress(ValueError):
        slugfit_table_by_hand(HEAD + text)

"""What is shown of a URL: the same in Python and in bash, held to one table."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.base.urls import redact, redact_url

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = json.loads((ROOT / "tests/redaction_cases.json").read_text("utf-8"))
CASES = [(case["text"], case["shown"]) for case in TABLE["cases"]]
CANARY = "c4n4ry"
NO_ZERO = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def in_bash(function: str, text: str, locale: str = "C.UTF-8") -> str:
    """What a function of lib/redact.sh prints for ``text``."""
    script = 'set -euo pipefail; source "${1}"; shift; "$@"'
    arguments = [text] if function == "redact::url" else []
    done = subprocess.run(
        ["bash", "-c", script, "bash", ROOT / "lib/redact.sh", function, *arguments],
        input=text.encode(),
        env={"PATH": "/usr/bin:/bin", "LC_ALL": locale},
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    return done.stdout.decode()


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_python_shows_what_the_table_says(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_bash_shows_what_the_table_says(locale: str) -> None:
    for text, expected in CASES:
        assert in_bash("redact::text", text, locale) == expected, text


@given(st.lists(st.sampled_from([*"ab:/@?#[]'\" \n\t.", "://", "https://", "…", "9"])).map("".join))
def test_both_agree_on_any_text(text: str) -> None:
    assert in_bash("redact::text", text) == redact(text)


@given(NO_ZERO)
def test_what_is_shown_stays_as_it_is(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(
    st.text(st.sampled_from("u:/@#?%'[]1")),
    st.text(st.sampled_from("p:/@#?%'[]1")),
    st.sampled_from(["host", "host:80", "[::1]:80"]),
)
def test_no_user_and_no_password_is_shown(before: str, after: str, host: str) -> None:
    text = f"fatal: 'https://{before}{CANARY}{after}@{host}/x.git?tok={CANARY}': no"
    assert CANARY not in redact(text)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("file:///x/re po", "file:///x/re po"),
        ("https://user:pa ss@host/x", "https://…"),
        ("https://user:pa'ss@host/x", "https://…"),
        ("https://host/x?tok=a b", "https://…"),
        ("https://host/x?tok=a'b", "https://…"),
        ("https://user:pass@host/x?tok=1", "https://host/x?…"),
        ("file:///x#a ref", "file:///x#a ref"),
        ("/a folder/with@blanks?", "/a folder/with@blanks?"),
    ],
)
def test_a_url_known_as_a_whole_may_hold_blanks_and_quotes(url: str, expected: str) -> None:
    assert redact_url(url) == expected
    assert in_bash("redact::url", url) == f"{expected}\n"

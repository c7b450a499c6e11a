from __future__ import annotations

import pytest

from slugfit.scan.procfile import default_processes, parse_procfile

PROCFILES = {
    "web and worker": (
        "web: gunicorn app:app --bind 0.0.0.0:$PORT\nworker: celery -A app worker\n",
        {"web": "gunicorn app:app --bind 0.0.0.0:$PORT", "worker": "celery -A app worker"},
    ),
    "DOS lines": ("web: a\r\nworker: b\r\n", {"web": "a", "worker": "b"}),
    "no space": ("web:a b\n", {"web": "a b"}),
    "much space": ("web:   a  b   \n", {"web": "a  b"}),
    "names": ("a-b_C9: x\n", {"a-b_C9": "x"}),
    "colons and hashes in a command": ("web: a: b # c\n", {"web": "a: b # c"}),
    "no command": ("web:\nworker:   \n", {}),
    "comments and other lines": ("# web: a\n\nnonsense\nw.b: c\n: d\nweb : e\n", {}),
    "the same twice": ("web: a\nweb: b\n", {"web": "b"}),
    "no end of line": ("web: a", {"web": "a"}),
    "empty": ("", {}),
}


@pytest.mark.parametrize(("text", "commands"), PROCFILES.values(), ids=PROCFILES)
def test_a_procfile_has_a_command_for_each_process(text: str, commands: dict[str, str]) -> None:
    assert parse_procfile(text) == commands


RELEASES = {
    "as buildpacks write it": (
        "---\naddons: []\ndefault_process_types:\n  web: gunicorn a:b\n  worker: c\n",
        {"web": "gunicorn a:b", "worker": "c"},
    ),
    "what comes after": (
        "default_process_types:\n  web: a\nconfig_vars:\n  PORT: 5\n",
        {"web": "a"},
    ),
    "what comes before": (
        "config_vars:\n  web: 5\ndefault_process_types:\n\tweb: a\n",
        {"web": "a"},
    ),
    "quotes around": (
        "default_process_types:\n  a: 'b c'\n  d: \"e f\"\n  'g': h\n",
        {"a": "b c", "d": "e f", "g": "h"},
    ),
    "quotes inside": (
        (
            "default_process_types:\n  a: sh -c 'b'\n  c: \"d\" e\n  f: 'it''s'\n"
            '  g: "a \\"b\\""\n'
        ),
        {"a": "sh -c 'b'", "c": '"d" e', "f": "it's", "g": 'a "b"'},
    ),
    "a lone quote": ("default_process_types:\n  a: '\n  b: \"\n", {"a": "'", "b": '"'}),
    "comments and empty lines": (
        "default_process_types:\n  # web: a\n\n  web: b\n# c: d\n",
        {"web": "b"},
    ),
    "DOS lines": ("default_process_types:\r\n  web: a\r\n", {"web": "a"}),
    "none": ("--- {}\n", {}),
    "an empty table": ("default_process_types: {}\n", {}),
    "nothing": ("", {}),
}


@pytest.mark.parametrize(("text", "commands"), RELEASES.values(), ids=RELEASES)
def test_a_release_gives_default_processes(text: str, commands: dict[str, str]) -> None:
    assert default_processes(text) == commands

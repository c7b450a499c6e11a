from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slugfit.scan.procfile import (
    default_processes,
    parse_procfile,
    procfile_faults,
    read_procfile,
)
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

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


ENCODINGS = {
    "utf-8": (b"web: a\n", []),
    "a mark": ("web: a\r\n".encode("utf-8-sig"), [("mark", "")]),
    "as PowerShell writes": ("web: a\r\n".encode("utf-16"), [("encoding", "utf-16-le")]),
    "the other order": ("\ufeffweb: a\n".encode("utf-16-be"), [("encoding", "utf-16-be")]),
}


@pytest.mark.parametrize(("data", "told"), ENCODINGS.values(), ids=ENCODINGS)
def test_a_procfile_is_read_as_editors_write_it(
    tmp_path: Path, data: bytes, told: list[tuple[str, str]]
) -> None:
    plant(tmp_path, {"Procfile": data})
    assert read_procfile(tmp_path) == {"web": "a"}
    assert [(fault.kind, fault.text) for fault in procfile_faults(tmp_path)] == told


# A line of a Procfile, what is wrong with it, what stands there, what to write.
FAULTY = {
    "a capital": ("Web: a b", "capitals", "Web:", "web: …"),
    "a blank": ("web : a", "blanks", "web :", "web: …"),
    "both": ("WEB : a", "blanks", "WEB :", "web: …"),
    "no colon": ("web gunicorn app:app", "no process", "web ", "web: …"),
    "an equals sign": ("web = a", "no process", "web =", "web: …"),
    "quotes": ('"web": a', "quotes", '"web":', "web: …"),
    "a list": ("- web: a", "quotes", "- web:", "web: …"),
    "no command": ("web:", "no command", "web:", ""),
    "anything": ("gunicorn app", "no process", "gunicorn", ""),
    "a dot": ("w.b: c", "no process", "w.b:", ""),
}


@pytest.mark.parametrize(("line", "kind", "text", "instead"), FAULTY.values(), ids=FAULTY)
def test_a_line_that_the_platform_does_not_read_is_told(
    tmp_path: Path, line: str, kind: str, text: str, instead: str
) -> None:
    plant(tmp_path, {"Procfile": f"# Web: x\n\n{line}\nworker: b\n"})
    (fault,) = procfile_faults(tmp_path)
    assert (fault.kind, fault.file, fault.line) == (kind, "Procfile", 3)
    assert (fault.text, "".join(fault.instead)) == (text, instead)


def test_commands_are_not_repeated(tmp_path: Path) -> None:
    plant(tmp_path, {"Procfile": "Web: run --token=s3cret\nweb : --token=s3cret\nweb s3cret\n"})
    assert "s3cret" not in str(list(procfile_faults(tmp_path)))


@pytest.mark.parametrize("name", ["procfile", "Procfile.txt", "PROCFILE"])
def test_a_procfile_of_another_name_is_told(tmp_path: Path, name: str) -> None:
    plant(tmp_path, {name: "web: a\n", "Procfile.dev": "web: b\n"})
    (fault,) = procfile_faults(tmp_path)
    assert (fault.kind, fault.file, fault.instead) == ("name", name, ("Procfile",))


def test_without_a_procfile_nothing_is_told(tmp_path: Path) -> None:
    assert list(procfile_faults(tmp_path)) == []


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

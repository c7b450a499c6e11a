# mypy: ignore-errors
# ruff: noqa: BLE001
"""A playbook with tests, filters and lookups; the lists of plugins; a role, a collection."""

import json
import os
import subprocess
import sys
from pathlib import Path

PLAYBOOK = """\
- hosts: localhost
  connection: local
  gather_facts: false
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - command: echo one
      register: r
    - debug:
        msg: "{{ 'abc' is match('a') }} {{ [1] is subset([1, 2]) }} {{ '/tmp' is directory }}"
      when: r is changed
    - debug: {msg: "{{ 'x' | b64encode }} {{ [3, 1] | max }} {{ '10.0.0.1' | regex_search('.$') }}"}
    - debug: {msg: "{{ lookup('pipe', 'echo two') }} {{ query('sequence', 'end=3') }}"}
    - copy: {content: "a {{ 1 + 1 }}", dest: "./copied"}
    - setup: {gather_subset: ["!all"]}
    - assert: {that: [ansible_facts is defined, r is not failed, "2.0 is version('1.9', '>')"]}
"""
KINDS = (
    *("test", "filter", "lookup", "callback", "connection", "module", "strategy"),
    *("become", "cache", "inventory", "vars", "shell"),
)


def ansible(*arguments: str) -> str:
    command = [sys.executable, "-I", "-B", "-m", "ansible", *arguments]
    plain = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0"}
    plain["LC_ALL"] = "C.UTF-8"
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=plain)
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-600:])
    return done.stdout


def files(folder: str) -> list[str]:
    root = Path(folder)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def with_playbook() -> list[str]:
    """`ansible-playbook` on localhost: tests, filters, lookups, modules."""
    Path("play.yml").write_text(PLAYBOOK, "utf-8")
    lines = ansible("playbook", "-i", "localhost,", "play.yml").splitlines()
    return [" ".join(line.split()) for line in lines if '"msg"' in line or "ok=" in line]


def with_lists() -> list[str]:
    """`ansible-doc -l` for every type of plugin."""
    found = {}
    for kind in KINDS:
        found[kind] = len(json.loads(ansible("doc", "-t", kind, "-l", "--json")))
    return [f"{kind} {count}" for kind, count in found.items()]


def with_role() -> list[str]:
    """`ansible-galaxy role init`."""
    ansible("galaxy", "role", "init", "role")
    return files("role")


def with_collection() -> list[str]:
    """`ansible-galaxy collection init`."""
    ansible("galaxy", "collection", "init", "our.things")
    return files("our/things")


def with_documents() -> list[str]:
    """`ansible-doc` of a test and of a module."""
    shown = (ansible("doc", "-t", "test", "match"), ansible("doc", "copy"))
    return [str(len(text.split())) for text in shown]


def main() -> int:
    """Print what each step found; the last word is only said where none failed."""
    failed = False
    for name, step in sorted(globals().items()):
        if name.startswith("with_"):
            try:
                found = step()
            except Exception as error:
                found, failed = f"{type(error).__name__}: {error}", True
            sys.stdout.write(f"{name[5:]}: {found}\n".replace(os.getcwd(), "HERE"))
    if not failed:
        sys.stdout.write("ok\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

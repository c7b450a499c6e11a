# mypy: ignore-errors
# ruff: noqa: PLC0415, BLE001
"""Completion in Jedi and IPython, types by mypy, stubs by typeshed_client, compiling by mypyc."""

import os
import subprocess
import sys
from pathlib import Path


def with_jedi() -> list[str]:
    import jedi

    found = [each.name for each in jedi.Script("import json\njson.").complete(2, 5)]
    found += [each.name for each in jedi.Script("''.st").complete()]
    found += [str(each) for each in jedi.Script("import os\nos.getcwd(").get_signatures()]
    found += [each.full_name for each in jedi.Script("open('x').read").infer(1, 4)]
    found += [each.description for each in jedi.Script("import re\nre.match").goto(2, 5)]
    return found


def with_ipython() -> list[str]:
    from IPython.core.completer import provisionalcompleter
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.run_cell("import collections; text = 'abc'; made = collections.OrderedDict()")
    found = []
    for line in ("text.sp", "made.move", "import collections.a", "%timei", "open('x')."):
        with provisionalcompleter():
            found += sorted(each.text for each in shell.Completer.completions(line, len(line)))
    found.append(str(len(shell.magics_manager.lsmagic()["line"])))
    return found


def with_a_profile() -> list[str]:
    command = [sys.executable, "-I", "-B", "-m", "IPython", "profile", "create", "ours"]
    subprocess.run(command, check=True, capture_output=True)
    return sorted(path.name for path in Path(".ipython/profile_ours").rglob("*"))


def with_mypy() -> list[str]:
    from mypy import api

    Path("typed.py").write_text(
        "import re, json, collections\nn: int = 'a'\nreveal_type(re.match('a', 'b'))\n"
        "reveal_type(json.loads('1'))\nreveal_type(collections.Counter('a').most_common())\n",
        "utf-8",
    )
    out, err, status = api.run(["--cache-dir", os.devnull, "typed.py"])
    return [*out.splitlines(), err, str(status)]


def with_stubgen() -> str:
    asked = "import sys; from mypy.stubgen import main; main(sys.argv[1:])"
    command = [sys.executable, "-I", "-B", "-c", asked, "typed.py", "-o", "stubs"]
    subprocess.run(command, check=True, capture_output=True)
    return Path("stubs/typed.pyi").read_text("utf-8")


def with_mypyc() -> str:
    Path("fast.py").write_text("def twice(n: int) -> int:\n    return n * 2\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-B", "-m", "mypyc", "fast.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    built = sorted(path.name.partition(".")[2] for path in Path().glob("fast.*.so"))
    return f"{built} {done.stderr[-300:] if done.returncode else ''}"


def with_typeshed_client() -> list[str]:
    import typeshed_client

    found = [str(len(typeshed_client.get_stub_names(name) or ())) for name in ("os", "ast", "re")]
    resolver = typeshed_client.Resolver()
    return [*found, type(resolver.get_fully_qualified_name("collections.OrderedDict")).__name__]


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

# mypy: ignore-errors
# ruff: noqa: PLC0415, BLE001
"""Completion in Jedi and IPython, types by mypy, stubs by typeshed_client, compiling by mypyc."""

import os
import subprocess
import sys
from pathlib import Path


def with_jedi() -> list[str]:
    """Completion, signatures, types from typeshed."""
    import jedi

    found = [each.name for each in jedi.Script("import json\njson.").complete(2, 5)]
    found += [each.name for each in jedi.Script("''.st").complete()]
    found += [str(each) for each in jedi.Script("import os\nos.getcwd(").get_signatures()]
    found += [each.full_name for each in jedi.Script("open('x').read").infer(1, 4)]
    found += [each.description for each in jedi.Script("import re\nre.match").goto(2, 5)]
    return found


def with_ipython() -> list[str]:
    """Completion in a shell, its magics."""
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
    """`ipython profile create`."""
    command = [sys.executable, "-I", "-B", "-m", "IPython", "profile", "create", "ours"]
    subprocess.run(command, check=True, capture_output=True)
    return sorted(path.name for path in Path(".ipython/profile_ours").rglob("*"))


def with_mypy() -> list[str]:
    """`mypy.api.run` with revealed types."""
    from mypy import api

    Path("typed.py").write_text(
        "import re, json, collections\nn: int = 'a'\nreveal_type(re.match('a', 'b'))\n"
        "reveal_type(json.loads('1'))\nreveal_type(collections.Counter('a').most_common())\n",
        "utf-8",
    )
    out, err, status = api.run(["--cache-dir", os.devnull, "typed.py"])
    return [*out.splitlines(), err, str(status)]


def with_numpy() -> list[str]:
    """Types of NumPy, from the stubs beside its modules: mypy and Jedi."""
    import jedi
    from mypy import api

    text = "import numpy as np\na = np.zeros(3)\nreveal_type(a)\nreveal_type(np.linalg.norm(a))\n"
    Path("array.txt").write_text(text, "utf-8")
    out, _, status = api.run(["--cache-dir", os.devnull, "array.txt"])
    signatures = jedi.Script("import numpy as np\nnp.zeros(").get_signatures()
    inferred = jedi.Script("import numpy as np\nnp.random.default_rng").infer(2, 12)
    found = [each.to_string() for each in signatures] + [each.description for each in inferred]
    return [*out.splitlines(), str(status), *found]


def with_stubgen() -> str:
    """`stubgen`."""
    asked = "import sys; from mypy.stubgen import main; main(sys.argv[1:])"
    command = [sys.executable, "-I", "-B", "-c", asked, "typed.py", "-o", "stubs"]
    subprocess.run(command, check=True, capture_output=True)
    return Path("stubs/typed.pyi").read_text("utf-8")


def with_mypyc() -> str:
    """`mypyc` with its C sources, and a compiler."""
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
    """Names in stubs of the standard library."""
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

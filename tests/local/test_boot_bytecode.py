"""What a boot really loads gets its bytecode, and nothing else does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pythons import SITE, real_slug
from slugfit.local.boot import boot_slug
from slugfit.local.boot_bytecode import Added, add_loaded
from slugfit.measure.archive import write_gzip
from slugfit.measure.pieces import slug_pieces
from slugfit.scan.tree import scan_tree
from trees import Content, distribution, snapshot

if TYPE_CHECKING:
    from pathlib import Path

SERVER = """
import http.server, importlib, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        importlib.import_module("".join(["pkg", ".", "asked"]))
        importlib.import_module("".join(["o", "wn"]))
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
FILES: dict[str, Content] = {"pkg/__init__.py": "", "pkg/asked.py": "", "pkg/unused.py": ""}
COMMAND = ".heroku/python/bin/python server.py"


def cached(folder: str, name: str) -> str:
    return f"{folder}__pycache__/{name}.{sys.implementation.cache_tag}.pyc"


def test_what_a_request_loads_gets_its_bytecode(tmp_path: Path) -> None:
    root = real_slug(
        tmp_path / "app", distribution("pkg", "1.0", FILES), {"server.py": SERVER, "own.py": ""}
    )
    slug = tmp_path / "slug.tgz"
    write_gzip(slug, slug_pieces(scan_tree(root)))
    loaded = boot_slug(slug, COMMAND, {}).compiled
    assert {f"{SITE}/pkg/__init__.py", f"{SITE}/pkg/asked.py", "own.py"} <= loaded
    assert f"{SITE}/pkg/unused.py" not in loaded
    before = snapshot(root)
    wanted = {path for path in loaded if path == "own.py" or path.startswith(SITE)}
    added = add_loaded(root, {*wanted, "../elsewhere.py", "gone.py"})
    after = snapshot(root)
    new = {path for path in after.keys() - before.keys() if path.endswith(".pyc")}
    assert new == {
        cached(f"{SITE}/pkg/", "__init__"),
        cached(f"{SITE}/pkg/", "asked"),
        cached("", "own"),
    }
    assert added == Added(3, sum((root / path).stat().st_size for path in new))
    assert {path: after[path] for path in before} == before
    # What is installed is taken without a look, the app's own by its hash.
    flags = {path: (root / path).read_bytes()[4] for path in sorted(new)}
    assert [flags[path] for path in sorted(new)] == [1, 1, 3]
    assert add_loaded(root, wanted) == Added(0, 0)


def test_a_tree_without_a_python_gets_nothing(tmp_path: Path) -> None:
    root = tmp_path / "app"
    root.mkdir()
    (root / "own.py").write_text("")
    assert add_loaded(root, {"own.py"}) == Added(0, 0)
    assert [path.name for path in root.iterdir()] == ["own.py"]

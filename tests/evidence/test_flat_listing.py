from __future__ import annotations

import pytest

from slugfit.evidence.flat_listing import lists_flatly
from slugfit.scan.module_facts import facts_of_module

HITS = {
    "the folder of its file": "os.listdir(os.path.dirname(__file__))",
    "by a name": "p = os.path.dirname(os.path.abspath(__file__))\n[f for f in os.listdir(p)]",
    "by pathlib": "list(Path(__file__).resolve().parent.iterdir())",
    "the folders of its package": "for p in __path__:\n    os.listdir(p)",
    "the folders of its package, short": "[f for p in __path__ for f in os.listdir(p)]",
    "the folders of its package, and a list": (
        "for p in __path__:\n    os.listdir(p)\np = sys.modules['x'].__path__\nprint(p)"
    ),
    "above": "os.scandir(os.path.dirname(os.path.dirname(__file__)))",
}
MISSES = {
    "a folder in it": "os.listdir(os.path.join(os.path.dirname(__file__), kind))",
    "a folder in it by pathlib": "list((Path(__file__).parent / kind).iterdir())",
    "two listings": "p = os.path.dirname(__file__)\nos.listdir(p)\nos.listdir(q)",
    "another way to list too": "os.listdir(os.path.dirname(__file__))\nos.walk(x)",
    "it asks for folders": "p = os.path.dirname(__file__)\n[isdir(f) for f in os.listdir(p)]",
    "it copies": "p = os.path.dirname(__file__)\n[shutil.copytree(f) for f in os.listdir(p)]",
    "a function's argument": "def f(p): os.listdir(p)\nf(os.path.dirname(__file__))",
    "a name bound twice": "p = os.path.dirname(__file__)\np += '/x'\nos.listdir(p)",
    "the folders of another package": "for p in other:\n    os.listdir(p)\n__path__",
    "it walks": "os.walk(os.path.dirname(__file__))",
    "no source": "(",
}


@pytest.mark.parametrize("text", HITS.values(), ids=HITS)
def test_its_own_folder_is_listed_alone(text: str) -> None:
    assert lists_flatly(facts_of_module(b"", text.encode()), text.encode())


@pytest.mark.parametrize("text", MISSES.values(), ids=MISSES)
def test_more_may_be_found(text: str) -> None:
    assert not lists_flatly(facts_of_module(b"", text.encode()), text.encode())

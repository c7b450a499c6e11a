from __future__ import annotations

import pytest

from slugfit.report.fault_words import fault_sentence
from slugfit.scan.faults import Fault

SENTENCES = {
    ".slugignore line 3: './docs' matches nothing; patterns begin at the app's root, without "
    "dots: write `/docs`": Fault("dot", ".slugignore", 3, "./docs", ("/docs",)),
    ".slugfitignore line 1: 'docs, tests' is one pattern, and matches nothing; each needs a line "
    "of its own: write `docs`, `tests`, a line each": Fault(
        "commas", ".slugfitignore", 1, "docs, tests", ("docs", "tests")
    ),
    "Procfile line 1: 'Web:' has capital letters, and the platform's process types are in lower "
    "case: write `web: …`": Fault("capitals", "Procfile", 1, "Web:", ("web: …",)),
    "Procfile line 2: 'web:' has no command behind it, and is not read": Fault(
        "no command", "Procfile", 2, "web:"
    ),
    "Procfile is in utf-16-le, which the platform does not read; save it as UTF-8": Fault(
        "encoding", "Procfile", text="utf-16-le"
    ),
    "procfile is not read; the file must be called Procfile": Fault(
        "name", "procfile", text="procfile", instead=("Procfile",)
    ),
    "SLUGFIT_KEEP: 'plug/example/' matches nothing here; the nearest that does is "
    "`**/plug/example/`": Fault(
        "no match", "SLUGFIT_KEEP", 2, "plug/example/", ("**/plug/example/",)
    ),
    ".slugfitignore line 4: 'x' matches nothing here": Fault("no match", ".slugfitignore", 4, "x"),
    "a/b/ cannot be read; left alone": Fault("unreadable", "a/b"),
    "odd 1.0: RECORD is missing": Fault("metadata", "odd 1.0", text="RECORD is missing"),
}


@pytest.mark.parametrize(("sentence", "fault"), SENTENCES.items(), ids=SENTENCES)
def test_a_fault_says_where_it_is_and_what_to_write(sentence: str, fault: Fault) -> None:
    assert fault_sentence(fault) == sentence

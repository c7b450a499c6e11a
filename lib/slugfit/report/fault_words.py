"""Faults in words: where, what is wrong, and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slugfit.scan.faults import Fault


_LONGEST_SHOWN = 60
_WRONG = {
    "encoding": "is in {text}, which the platform does not read; save it as UTF-8",
    "mark": "begins with a byte-order mark, and the platform does not read its first line; save "
    "it as UTF-8 without one",
    "not text": "holds zero bytes, as no text does; save it as UTF-8",
    "name": "is not read; the file must be called {instead}",
    "capitals": "{text!r} has capital letters, and the platform's process types are in lower case",
    "quotes": "{text!r} has quotes or marks that are taken as part of the name",
    "blanks": "{text!r} has blanks where none may stand",
    "no command": "{text!r} has no command behind it, and is not read",
    "no process": "{text!r} does not begin a line `type: command`, and is not read",
    "negation": "{text!r} does nothing; the platform knows no '!' there",
    "dot": "{text!r} matches nothing; patterns begin at the app's root, without dots",
    "comment": "{text!r} matches nothing; a comment needs a line of its own",
    "commas": "{text!r} is one pattern, and matches nothing; each needs a line of its own",
    "backslash": "{text!r} matches nothing; folders are parted by /",
    "no match": "{text!r} matches nothing here",
    "outside": "{text!r} leads out of the app, and is not followed",
}


def fault_sentence(fault: Fault) -> str:
    """Where it is, what is wrong, and what to write in its place, without a stop at its end."""
    if fault.kind == "unreadable":
        return f"{fault.file}/ cannot be read; left alone"
    if fault.kind == "compiler":
        return (
            f"{fault.file} is installed, and compiles: its own files stay. If the app compiles "
            "when it runs, set SLUGFIT_COMPILES=1, and the headers of all packages stay"
        )
    if fault.kind == "metadata":
        return f"{fault.file}: {fault.text}"
    # The lines of a setting are told by what they say.
    numbered = fault.line and not fault.file.startswith("SLUGFIT_")
    where = f"{fault.file} line {fault.line}:" if numbered else fault.file
    where += ":" if fault.line and not numbered else ""
    meant = " and ".join(fault.instead)
    wrong = _WRONG[fault.kind].format(text=_shortened(fault.text), instead=meant)
    write = _written(fault) if fault.line and fault.instead else ""
    return f"{where} {wrong}{write}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _written(fault: Fault) -> str:
    lines = ", ".join(f"`{_shortened(line)}`" for line in fault.instead)
    if fault.kind == "no match":
        return f"; the nearest that does is {lines}"
    return f": write {lines}" + (", a line each" if len(fault.instead) > 1 else "")

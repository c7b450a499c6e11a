"""What findings say: what is there, and why it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.base.words import megabytes, printable
from slugfit.doctor.changes import some_names
from slugfit.doctor.sentences import SENTENCES

if TYPE_CHECKING:
    from slugfit.doctor.finding import Finding
    from slugfit.doctor.sizes import Size


_LONGEST = 60
_BOTH = "Required by its name all the same: {0}; pip would install both."
_SIZES = {
    "slug": "about {0} MB in the slug",
    "wheel": "about {0} MB of wheels",
    "unpacked": "{0} MB as installed",
    "files": "{0} MB in the repository",
}


def finding_sentence(finding: Finding) -> str:
    """What is there and why it matters, in one or more sentences.

    A rule with several kinds of findings has a sentence for each: ``rule/kind``, where the kind is
    the first evidence.
    """
    kind = finding.why[0] if finding.why else ""
    sentence = SENTENCES.get(f"{finding.rule}/{kind}") or SENTENCES[finding.rule]
    why = [printable(item) for item in finding.why]
    text = sentence.format(*why, *[""] * 4, about=_shortened(finding.about))
    return " ".join(part for part in (text, *_more(finding)) if part)


def size_words(size: Size) -> str:
    """``about 349.6 MB of wheels``."""
    return _SIZES[size.of].format(megabytes(size.bytes))


def place_words(finding: Finding) -> str:
    """``requirements.txt:2``."""
    file = printable(finding.file)
    return f"{file}:{finding.line}" if finding.line else file


def _shortened(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."


def _more(finding: Finding) -> list[str]:
    """What only some findings of a rule have to say."""
    if finding.rule == "torch-cuda" and finding.why:
        return [_with_torch(finding)]
    if finding.rule == "gpu-variant":
        caveat, requirers = (*finding.why[2:], "", "")[:2]
        return [caveat, _BOTH.format(requirers) if requirers else ""]
    if finding.rule == "opencv-windows":
        _, calls, requirers = finding.why
        said = f"The app calls {calls}, which fails on a server in either form."
        return [said] * bool(calls) + [_BOTH.format(requirers)] * bool(requirers)
    return []


def _with_torch(finding: Finding) -> str:
    kind, *names = finding.why
    shown = some_names(tuple(names))
    if kind == "implied":
        return f"{shown} {'requires' if len(names) == 1 else 'require'} it."
    where = "The lock file" if kind == "locked" else "This file"
    return f"{where} has {shown}."

"""Reasons, references and conditions in words: one sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slugfit.evidence.lack import Lack
    from slugfit.plan.decision import Decision
    from slugfit.plan.reasons import Reason
    from slugfit.refer.reference import Reference
    from slugfit.scan.conditions import CompilerUse, Unmet

_PLAIN = {
    "model": "pyproject.toml names it as a model.",
    "kept by setting": "SLUGFIT_KEEP names it.",
    "read-only": "Its folder is read-only.",
    "for installers": "The next build starts from this tree, and its installer needs it.",
    "vendored": "It is part of a package inside another one, with a RECORD of its own.",
    "source stays": "Its source stays.",
    "no source": "Its source is not in the tree.",
    "loaded at start": "Each start of the app loads it.",
    "too little tried": "Put back: there was no time to try what stands beside it.",
    "on trial": "It is back for a trial.",
}


def reason_sentence(reason: Reason, rule_reason: str = "") -> str:
    """Why one file stays or goes; ``rule_reason`` is what the rule itself says."""
    if reason.reference is not None:
        return reference_sentence(reason.reference)
    if reason.lack is not None:
        return lack_sentence(reason.lack)
    if reason.unmet is not None:
        return condition_sentence(reason.unmet)
    if reason.step is not None:
        return f"Put back: without it {broken(*reason.step)}."
    if reason.kind == "kept by list":
        return f"The app's .slugfitignore keeps it with {reason.detail!r}."
    return rule_reason if reason.kind == "rule" else _PLAIN[reason.kind]


def reference_sentence(reference: Reference) -> str:
    """What refers to a file, and how."""
    by, target = reference.by, reference.target
    return {
        "imports": f"{by} imports {target}.",
        "names": f"{by} names {target!r}.",
        "needs": f"{by} needs {target}.",
        "stands in": f"{by} stands in {target}.",
        "stub": f"{by} reads its stub through lazy_loader.",
        "link": f"{by} links to it.",
        "entry point": f"entry point {target} of {by} leads to it.",
        "override": f"An override for {by} keeps it: {target}.",
        "computes": f"{by} imports by names that it computes.",
        "runs": f"{by} runs {target}.",
        "loads": "Each start of the app loads it.",
        "group": f"{by} loads the entry points {target!r}.",
        "links": f"{by} needs the library {target}.",
        "placed": f"{by} lies in {target}, where others look for it.",
        "path file": f"{by} runs at each start of Python.",
        "asked for": f"The app asks for {target}, and {by} imports by names that it computes.",
        "setting": f"{by} names it.",
        "unknown process": f"No Procfile tells what runs, and {by} has programs.",
        "installer": f"{by} installs packages.",
        "fallback": "Programs fall back to its language.",
        "reads translations": f"{by} reads it, and may fail without it.",
    }[reference.kind]


def lack_sentence(lack: Lack) -> str:
    """Why there is no evidence that a file is inert."""
    by = lack.by
    return {
        "no tests": "Nothing in it says that it is test code.",
        "not mostly tests": "It is not test code itself, and its folder is not mostly test code.",
        "listed": f"{by} lists a folder that it lies in.",
        "no module": "The module that it describes is not beside it.",
        "read as types": f"{by} reads the types of other packages.",
        "nothing compiled": "Its package has no compiled module that was made from it.",
        "compiles": f"{by} compiles, or names such files.",
        "compiled against": f"{by} asks for the headers of its package.",
        "a package": "Its folder can be imported.",
        "content": "It may be content of its package.",
        "named suffix": f"{by} names such files.",
        "not for Windows": "It is not known to serve Windows alone.",
        "venv": f"{by} makes virtual environments, which start it.",
        "not worth": "What would go with it is too small to be worth a risk.",
    }[lack.kind]


def condition_sentence(unmet: Unmet) -> str:
    """Why a condition of a rule does not hold."""
    if unmet.compiler_use is not None:
        return f"It is needed to compile at run time: {compiler_phrase(unmet.compiler_use)}."
    if unmet.condition == "no jupyter":
        return f"{unmet.by} is installed and reads it."
    if unmet.condition == "installer at rest":
        return f"The process {unmet.by} starts Pipenv."
    if unmet.condition == "no repository use":
        return f"{unmet.by} is installed and reads repositories."
    return "PYTHONOPTIMIZE is set, so Python reads it."


def compiler_phrase(use: CompilerUse) -> str:
    """What compiles at run time."""
    if use.kind == "imports":
        return f"{use.by} imports {use.what}, which {use.reason}"
    if use.kind == "setting":
        return f"{use.by} is set"
    if use.kind == "uses":
        return f"{use.by} uses {use.what}: {use.reason}"
    return f"{use.by} {use.what} {use.reason}"


def broken(kind: str, name: str) -> str:
    """What no longer works when a step of the verification fails."""
    return {
        "import": f"{shown_module(name)} could no longer be imported",
        "load": f"{name.rpartition('/')[2]} could no longer be loaded",
        "setup": f"Django could no longer be set up with {name}",
        "smoke": "the smoke command no longer succeeds",
    }[kind]


def shown_module(name: str) -> str:
    """A module's name, or that of a name out of it."""
    return name.replace(":", ".")


def decision_sentence(decision: Decision, rule_reason: str = "") -> str:
    """Why a file stays or goes; "" where no rule looked at it."""
    return "" if decision.reason is None else reason_sentence(decision.reason, rule_reason)

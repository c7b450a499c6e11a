"""The report as JSON, ``"version": 1``: keys are added, never changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slugfit.report.advice_words import advice_line, advice_sentence
from slugfit.report.evidence_words import EVIDENCE
from slugfit.report.fault_words import fault_sentence
from slugfit.report.fit_words import fit_document
from slugfit.report.packing_words import packing_document
from slugfit.report.reasons import reason_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.catalog.limits import Bound
    from slugfit.measure.sizes import Bytes
    from slugfit.proof import Returned
    from slugfit.report.advice import Advice
    from slugfit.report.make import KeptTotal, Report, RuleTotal, Share
    from slugfit.report.unused import UnusedTotal
    from slugfit.scan.faults import Fault
    from slugfit.verify.step import Failure


REPORT_VERSION = 1


def report_document(report: Report) -> Mapping[str, Any]:
    """The report as a JSON object; sizes in bytes."""
    return {
        "version": REPORT_VERSION,
        "slugfit": report.version,
        "action": report.action,
        "before": _size(report.before),
        "after": _size(report.after),
        "limit": {
            "name": report.limit.name,
            # Of a limit of two sizes the one that comes first.
            "bytes": report.limit.bounds[0].size if report.limit.bounds else None,
            "measure": report.limit.measure,
            "bounds": [_bound(bound, report.after) for bound in report.limit.bounds],
        },
        "verdict": report.verdict,
        "estimated": report.estimated,
        "undone": report.undone or None,
        "distributions": [_share(share) for share in report.distributions],
        "rules": [_total(total) for total in report.rules],
        "kept": [_kept(kept) for kept in report.kept],
        "verification": _verification(report),
        "faults": [fault_sentence(fault) for fault in report.faults],
        "fault_details": [_fault(fault) for fault in report.faults],
        "advice": [_advice(advice) for advice in report.advice],
        "seconds": dict(report.seconds),
        "bytecode": _bytecode(report),
        "packing": packing_document(report.packing),
        "fit": fit_document(report.fit, report.would_do),
        "unused": [_unused(total) for total in report.unused],
    }


def _bound(bound: Bound, after: Bytes) -> Mapping[str, Any]:
    size = after.weigh(bound.measure)
    return {
        "bytes": bound.size,
        "measure": bound.measure,
        "told": bound.told,
        "size": bound.unit.shown(size),
        "over": bound.over(size),
    }


def _unused(total: UnusedTotal) -> Mapping[str, Any]:
    return {
        "name": total.name,
        "version": total.version,
        "what": total.what,
        "files": total.files,
        **_size(total.size),
        "requested": total.requested,
        "required_by": list(total.required_by),
        "would_be_used_by": list(total.users),
        "goes": total.goes,
    }


def _bytecode(report: Report) -> Mapping[str, Any] | None:
    """What is shipped for the app's start, and the seconds of its imports with it and without."""
    shipped = report.bytecode
    if shipped is None:
        return None
    return {
        "files": shipped.files,
        **_size(shipped.size),
        "import_seconds": _rounded(shipped.seconds),
        "import_seconds_without": _rounded(shipped.seconds_without),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _share(share: Share) -> Mapping[str, Any]:
    return {
        "name": share.name,
        "version": share.version,
        "before": _size(share.before),
        "after": _size(share.after),
    }


def _total(total: RuleTotal) -> Mapping[str, Any]:
    return {
        "name": total.name,
        "files": total.files,
        "cuts": total.cuts,
        "saved": _size(total.saved),
        "reason": total.reason,
        "evidence": EVIDENCE[total.name],
    }


def _kept(kept: KeptTotal) -> Mapping[str, Any]:
    return {
        "reason": reason_sentence(kept.reason),
        "files": kept.files,
        "uncompressed": kept.uncompressed,
        "example": kept.example,
    }


def _verification(report: Report) -> Mapping[str, Any]:
    known = report.known_failures
    return {
        "imported": sum(step.kind == "import" and step.needed for step in report.tried),
        "beside": sum(not step.needed for step in report.tried),
        "shown_before": report.shown_before,
        "known_failures": [_failure(item) for item in known if item.step.needed],
        "known_beside": sum(not item.step.needed for item in known),
        "untried": [{**_failure(item), "needed": item.step.needed} for item in report.untried],
        "put_back": [_returned(item) for item in report.returned],
    }


def _fault(fault: Fault) -> Mapping[str, Any]:
    return {
        "kind": fault.kind,
        "file": fault.file,
        "line": fault.line or None,
        "text": fault.text,
        "instead": list(fault.instead),
    }


def _returned(returned: Returned) -> Mapping[str, Any]:
    return {
        "distribution": returned.group.owner,
        "rule": returned.group.rule,
        "files": returned.files,
        "uncompressed": returned.size,
        "failure": _failure(returned.failure),
        "beside": returned.beside and {"tried": returned.beside[0], "of": returned.beside[1]},
    }


def _advice(advice: Advice) -> Mapping[str, Any]:
    return {
        "what": advice_sentence(advice),
        "line": advice_line(advice),
        "saves": advice.saves,
    }


def _failure(failure: Failure) -> Mapping[str, Any]:
    return {
        "kind": failure.step.kind,
        "module": failure.step.name,
        "error": failure.error,
    }


def _size(size: Bytes) -> Mapping[str, int]:
    return {"compressed": size.compressed, "uncompressed": size.uncompressed}


def render_json(content: object) -> str:
    r"""JSON text, the same for the same content; undecodable names as ``\udcxx`` escapes."""
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def flat_facts(document: Mapping[str, Any]) -> Mapping[str, str | float]:
    """What bin/report tells the platform: numbers and words only, each key with our name."""
    try:
        # A report from before there was "cuts" has its files counted as removed.
        removed, shortened = (
            sum(int(rule["files"]) for rule in document["rules"] if rule.get("cuts", False) == cuts)
            for cuts in (False, True)
        )
        return {
            "slugfit_version": str(document["slugfit"]),
            "slugfit_before_bytes": int(document["before"]["compressed"]),
            "slugfit_after_bytes": int(document["after"]["compressed"]),
            "slugfit_after_uncompressed_bytes": int(document["after"]["uncompressed"]),
            "slugfit_removed_files": removed,
            "slugfit_shortened_files": shortened,
            "slugfit_verdict": str(document["verdict"]),
            "slugfit_undone": bool(document["undone"]),
            "slugfit_seconds": round(sum(map(float, document["seconds"].values())), 3),
        }
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return {}

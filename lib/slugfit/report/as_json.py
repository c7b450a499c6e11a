"""The report as JSON, ``"version": 1``: keys are added, never changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.measure import Bytes
    from slugfit.report import Report
    from slugfit.verify import Failure

VERSION = 1


def document(report: Report) -> Mapping[str, Any]:
    """The report as a JSON object; sizes in bytes."""
    return {
        "version": VERSION,
        "slugfit": report.version,
        "action": report.action,
        "before": _size(report.before),
        "after": _size(report.after),
        "limit": {
            "name": report.limit.name,
            "bytes": report.limit.size,
            "measure": report.limit.measure,
        },
        "verdict": report.verdict,
        "undone": report.undone or None,
        "distributions": [
            {
                "name": share.name,
                "version": share.version,
                "before": _size(share.before),
                "after": _size(share.after),
            }
            for share in report.distributions
        ],
        "rules": [
            {
                "name": total.name,
                "files": total.files,
                "saved": _size(total.saved),
                "reason": total.reason,
            }
            for total in report.rules
        ],
        "kept": [
            {
                "reason": kept.reason,
                "files": kept.files,
                "uncompressed": kept.uncompressed,
                "example": kept.example,
            }
            for kept in report.kept
        ],
        "verification": {
            "imported": sum(step.kind == "import" and step.needed for step in report.tried),
            "beside": sum(not step.needed for step in report.tried),
            "known_failures": [
                _failure(item) for item in report.known_failures if item.step.needed
            ],
            "known_beside": sum(not item.step.needed for item in report.known_failures),
            "put_back": [
                {
                    "distribution": item.group.owner,
                    "rule": item.group.rule,
                    "files": item.files,
                    "uncompressed": item.size,
                    "failure": _failure(item.failure),
                }
                for item in report.returned
            ],
        },
        "faults": list(report.faults),
        "advice": [
            {"what": advice.what, "line": advice.line, "saves": advice.saves}
            for advice in report.advice
        ],
        "seconds": dict(report.seconds),
    }


def _failure(failure: Failure) -> Mapping[str, Any]:
    return {
        "kind": failure.step.kind,
        "module": failure.step.name,
        "error": failure.error,
    }


def _size(size: Bytes) -> Mapping[str, int]:
    return {"compressed": size.compressed, "uncompressed": size.uncompressed}


def render(content: object) -> str:
    r"""JSON text, the same for the same content; undecodable names as ``\udcxx`` escapes."""
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def flat(found: Mapping[str, Any]) -> Mapping[str, str | float]:
    """What bin/report tells the platform: numbers and words only, each key with our name."""
    try:
        return {
            "slugfit_version": str(found["slugfit"]),
            "slugfit_before_bytes": int(found["before"]["compressed"]),
            "slugfit_after_bytes": int(found["after"]["compressed"]),
            "slugfit_after_uncompressed_bytes": int(found["after"]["uncompressed"]),
            "slugfit_removed_files": sum(int(rule["files"]) for rule in found["rules"]),
            "slugfit_verdict": str(found["verdict"]),
            "slugfit_undone": bool(found["undone"]),
            "slugfit_seconds": round(sum(map(float, found["seconds"].values())), 3),
        }
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return {}

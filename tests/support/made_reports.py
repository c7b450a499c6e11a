"""Reports made up by hand, one with everything that can be told."""

from __future__ import annotations

from dataclasses import replace

from slugfit.catalog.limits import parse_limit
from slugfit.catalog.swaps import SWAPS
from slugfit.fit.fitting import Excess, Fitting, Possible, Taken
from slugfit.measure.sizes import Bytes
from slugfit.packing.outcome import PackedBundle
from slugfit.packing.units import Bundle, Unit
from slugfit.plan.decision import Group
from slugfit.plan.reasons import LOADED_AT_START, Reason
from slugfit.proof import Returned
from slugfit.refer.reference import Reference
from slugfit.report.advice import SwapAdvice, enough_advice
from slugfit.report.make import BytecodeTotal, KeptTotal, Report, RuleTotal, Share
from slugfit.scan.faults import Fault
from slugfit.scan.owners import APP, PYTHON, UNOWNED
from slugfit.verify.step import Failure, Step

IMPORTED = Reason("reference", reference=Reference("imports", "app.py", "pkg.tests"))
REPORT = Report(
    version="0.1.0",
    action="slim",
    before=Bytes(1_500_000_000, 392_000_000),
    after=Bytes(1_100_000_000, 321_500_000),
    limit=parse_limit("heroku"),
    verdict="fits",
    distributions=(
        Share(
            "tensorflow",
            "2.20.0",
            Bytes(1_400_000_000, 350_000_000),
            Bytes(1_020_000_000, 290_000_000),
        ),
        Share(PYTHON, "", Bytes(90_000_000, 40_000_000), Bytes(70_000_000, 30_000_000)),
        Share(APP, "", Bytes(9_000_000, 1_000_000), Bytes(9_000_000, 1_000_000)),
        Share("six", "1.17.0", Bytes(35_000, 11_000), Bytes(35_000, 11_000)),
        Share(UNOWNED, "", Bytes(900, 300), Bytes(900, 300)),
    ),
    rules=(
        RuleTotal("symbols", 96, Bytes(231_000_000, 29_000_000), "Symbols.", cuts=True),
        RuleTotal("bytecode", 5320, Bytes(91_000_000, 25_500_000), "Bytecode."),
    ),
    kept=(
        KeptTotal(IMPORTED, 3, 1_150_000, "site/pkg/tests/__init__.py"),
        KeptTotal(Reason("read-only"), 1, 50_000, "site/locked/x.pyi"),
        KeptTotal(LOADED_AT_START, 99, 3_000_000, "python/__pycache__/os.pyc"),
    ),
    tried=(
        *(Step("import", name) for name in ("broken", "numpy", "flask", "cv2")),
        *(Step("import", f"numpy.m{number}", needed=False) for number in range(12)),
        *(Step("load", f"/slug/lib{number}.so", needed=False) for number in range(9)),
        Step("setup", "shop.settings"),
        Step("smoke", "python -m shop.smoke"),
    ),
    known_failures=(
        Failure(Step("import", "broken"), "KeyError: 'DATABASE_URL'"),
        Failure(Step("import", "numpy.m1", needed=False), "ModuleNotFoundError: x", ("x",)),
    ),
    returned=(
        Returned(
            Group("skimage", "tests"),
            14,
            1_260_000,
            Failure(Step("import", "skimage.data"), "FileNotFoundError: skimage/tests/x"),
        ),
    ),
    undone="",
    faults=(
        Fault(
            "metadata", "odd 1.0", 0, "RECORD is missing; its files are guessed from their places"
        ),
    ),
    advice=(
        SwapAdvice(
            next(swap for swap in SWAPS if swap.distribution == "tensorflow"), "2.20.0", 159_500_000
        ),
    ),
    seconds={"plan": 1.5, "apply": 0.25, "verify": 2.0, "measure": 12.0},
    bytecode=BytecodeTotal(500, Bytes(12_000_000, 4_200_000), 0.86, 4.96),
    sites=("site",),
)
LATE = tuple(
    Failure(Step("import", name, name == "librosa"), "it took too long", tried=False, late=True)
    for name in ("librosa", "slow.a", "slow.b", "slow.c", "slow.d")
)
PACKED = (
    PackedBundle(
        Bundle("scipy", "site", (Unit("site/scipy", "scipy", 90_000_000, 900, 30_000_000),)),
        "scipy-012345678901.tar.zst",
        "0123",
        22_500_000,
    ),
    PackedBundle(
        Bundle("numpy", "site", (Unit("site/numpy", "numpy", 30_000_000, 100, 9_000_000),)),
        "numpy-012345678901.tar.zst",
        "4567",
        6_000_000,
    ),
)

HEROKU_2025 = parse_limit("heroku-2025")
FITTED = Fitting(
    (
        Taken("bytecode by worth", Bytes(9_000_000, 3_100_000)),
        Taken("unused", Bytes(80_000_000, 24_200_000)),
    ),
    (
        Possible("packing", Bytes(0, 61_000_000), "SLUGFIT_PACK=on"),
        Possible("bytecode strip", Bytes(12_000_000, 4_200_000), "SLUGFIT_BYTECODE=strip"),
    ),
    (),
    chosen=True,
)


def over_limit(compressed: int, left: int, *, chosen: bool) -> Report:
    """A slug over Heroku's old limit, with what could be taken still."""
    after = Bytes(1_900_000_000, compressed)
    bound = HEROKU_2025.bounds[0]
    fit = Fitting(
        (),
        (
            Possible("unused", Bytes(80_000_000, 24_200_000), "SLUGFIT_LEVEL=unused"),
            Possible("packing", Bytes(0, 101_000_000), "SLUGFIT_PACK=auto"),
            Possible("bytecode strip", Bytes(9_000_000, 4_200_000), "SLUGFIT_BYTECODE=auto"),
        ),
        (Excess(bound, bound.over(compressed), left),),
        chosen=chosen,
    )
    would = enough_advice(REPORT.advice, left, "compressed") if left else ()
    made = replace(REPORT, after=after, limit=HEROKU_2025, verdict="over", fit=fit)
    return replace(made, would_do=would)

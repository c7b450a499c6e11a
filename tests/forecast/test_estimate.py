"""What files of a wheel come to, by their names and sizes."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slugfit.catalog import forecast_ratios as ratios
from slugfit.catalog.limits import parse_limit
from slugfit.catalog.rules import RULE_NAMES
from slugfit.forecast.estimate import installed_path, share_of
from slugfit.forecast.forecast import Basis, forecast_of, without_overwritten
from slugfit.forecast.look import Look
from slugfit.forecast.own_files import collected_static, own_files
from slugfit.forecast.python_part import measured_python, python_part
from slugfit.forecast.table import forecast_document, forecast_lines
from slugfit.forecast.target import Target
from slugfit.forecast.wanted import Wanted
from slugfit.forecast.wheel_directory import Entry
from slugfit.measure.sizes import Bytes
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

TARGET = Target((3, 11), "x86_64", (2, 39), "heroku-24")
MB = 1_000_000


def look(name: str, *entries: tuple[str, int, int]) -> Look:
    files = tuple(Entry(*item, number) for number, item in enumerate(entries))
    return Look(Wanted(name, "1.0", "wheel", "https://files.example/x.whl"), "files", files)


@pytest.mark.parametrize(
    ("path", "rules"),
    {
        "pkg/a.py": {"bytecode"},
        "pkg/tests/test_a.py": {"tests"},
        "pkg/tests/data.csv": {"tests"},
        "pkg/test_thing.py": {"tests"},
        "pkg/latest.txt": set(),
        "pkg/contest/a.txt": set(),
        "pkg/a.cpython-311-x86_64-linux-gnu.so": {"symbols"},
        "pkg.libs/liba-1f.so.1.2": {"symbols"},
        "pkg/a.so.txt": set(),
        "pkg/a.pyi": {"stubs"},
        "pkg/include/a.h": {"sources"},
        "pkg/win.exe": {"windows-programs"},
        "pkg-1.0.data/data/share/jupyter/x.js": {"notebooks"},
        "pkg-1.0.data/data/share/other/x.js": set(),
        "pkg-1.0.data/scripts/run": set(),
        "pkg-1.0.data/purelib/pkg/tests/a.txt": {"tests"},
    }.items(),
)
def test_a_rule_takes_by_names(path: str, rules: set[str]) -> None:
    share = share_of(look("pkg", (path, 4 * MB, MB)))
    assert set(share.taken) == rules
    assert share.after.compressed == share.before.compressed - share.gone.compressed


def test_bytecode_is_added_to_sources() -> None:
    share = share_of(look("pkg", ("pkg/a.py", 4 * MB, MB)))
    assert share.before.uncompressed == pytest.approx(4 * MB * (1 + ratios.BYTECODE_UNPACKED))
    assert share.before.compressed > 2.5 * MB
    assert share.taken["bytecode"].compressed < share.before.compressed / 2


def test_a_measured_distribution_has_shares_of_its_own() -> None:
    files = (("x/include/a.h", 10 * MB, 2 * MB), ("x/lib.so.2", 100 * MB, 20 * MB))
    taken = share_of(look("tensorflow-cpu", *files)).taken
    other = share_of(look("other", *files)).taken
    assert taken["sources"].uncompressed == 10 * MB
    assert taken["symbols"].uncompressed == 100 * MB * 0.292
    assert taken["symbols"].compressed < 100 * MB * 0.292 / 5
    assert other["sources"].uncompressed == 4.5 * MB


def test_ratios_by_name_are_of_rules_that_there_are() -> None:
    assert {rule for rule, _ in ratios.TAKEN_BY_NAME} <= set(RULE_NAMES)


def test_what_is_not_worth_its_risk_stays() -> None:
    assert share_of(look("pkg", ("pkg/tests/a.txt", 200_000, 50_000))).taken == {}
    assert share_of(look("pkg", ("pkg/tests/a.txt", 200_000, 60_000))).taken


def test_a_file_of_two_wheels_is_counted_once() -> None:
    shared = ("cv2/cv2.abi3.so", 90 * MB, 30 * MB)
    large = look("opencv-python", shared, ("opencv.libs/libQt.so", 9 * MB, 3 * MB))
    large = replace(large, wanted=replace(large.wanted, required_by=("ultralytics",)))
    kept = list(without_overwritten([large, look("opencv-python-headless", shared)]))
    assert [item.wanted.name for item in kept] == ["opencv-python-headless", "opencv-python"]
    assert [[entry.path for entry in item.entries] for item in kept] == [
        ["cv2/cv2.abi3.so"],
        ["opencv.libs/libQt.so"],
    ]


def test_a_wheel_of_unknown_files_is_its_size() -> None:
    share = share_of(Look(Wanted("pkg", "1", "wheel"), "size", size=MB))
    assert (share.before.compressed, share.taken) == (MB, {})


@pytest.mark.parametrize(
    ("path", "found"),
    {
        "pkg/a.py": ("pkg/a.py", True),
        "p-1.data/platlib/pkg/a.so": ("pkg/a.so", True),
        "p-1.data/headers/a.h": ("include/a.h", False),
        "p-1.data/other/a": ("p-1.data/other/a", True),
        "p.data/a": ("p.data/a", True),
    }.items(),
)
def test_where_files_go(path: str, found: tuple[str, bool]) -> None:
    assert installed_path(path) == found


def test_ratios_are_of_rules_that_there_are() -> None:
    assert set(ratios.TAKEN) <= set(RULE_NAMES)
    assert all(0 <= share <= 1 for share in (*ratios.TAKEN.values(), ratios.SYMBOLS_TAKEN))


def test_python_is_the_measured_one_or_the_nearest() -> None:
    assert [measured_python((3, minor)) for minor in (9, 11, 14)] == [(3, 10), (3, 11), (3, 13)]
    with_pip, _ = python_part((3, 12), ())
    without, _ = python_part((3, 12), ("setuptools", "pip"))
    assert with_pip.compressed - without.compressed == 3_683_424 + 2_258_604


def test_what_git_ignores_is_not_pushed(tmp_path: Path) -> None:
    ignoring = {".gitignore": "data/\n", ".slugignore": "notes\n"}
    app = plant(tmp_path / "app", {**ignoring, "data/big": "1" * 900, "app.py": "1", "notes": "12"})
    before = own_files(app).uncompressed
    subprocess.run(["git", "init", "--quiet", app], check=True)
    assert own_files(app).uncompressed == before - 900


def test_own_files_are_counted(tmp_path: Path) -> None:
    app = plant(
        tmp_path,
        {
            "manage.py": "x" * 100,
            "data/a.txt": "y" * 1000,
            "notes/b.txt": "z" * 1000,
            ".git/objects/a": "w" * 1000,
            ".slugignore": "notes\n",
        },
    )
    assert own_files(app).uncompressed == 100 + 1000 + len("notes\n")
    static = ("django/contrib/admin/static/admin/a.js", 100, 40)
    admin = look("django", static, ("django/a.py", 9, 9))
    assert collected_static(app, [admin]) == Bytes(100, 40)
    assert collected_static(app / "data", [admin]) == Bytes(0, 0)


GOLDEN = """\
Forecast for poetry.lock (Python 3.11, heroku-24, x86_64)

plain      69.8 MB compressed    183.0 MB uncompressed
slimmed    55.0 MB compressed    148.7 MB uncompressed   -21.2%
plain      60.0 MB compressed (60M): TOO LARGE, 116.3% of it used; 69.8M
        is 9.8M over
slimmed    60.0 MB compressed (60M): fits, 91.7% of it used

Package (MB)                       compressed  unpacked would go of limit
nvidia-cublas 1.0                        24.8      50.0      1.7    41.2%
torch 1.0                                22.7      69.9      2.3    37.9%
old 2 (sources)                           1.0       3.0      0.0     1.7%
gone 3 (unknown)                          0.0       0.0      0.0     0.0%
Python itself, with pip                  21.3      60.1     10.7    35.5%
total                                    69.8     183.0     14.8   116.3%

Of 2 packages the files are not known:
- old 2: there is no wheel: it is built, and the size of its sources
  stands for it.
- gone 3: nothing could be read: it is not in the sums. The server
  answered 404.

What would be smaller:
- CUDA, for a GPU that a dyno does not have: 23.0 MB compressed, 46.5 MB
  unpacked, in nvidia-cublas.
    In pyproject.toml:
      [[tool.poetry.source]]
      name = "pytorch-cpu"
      url = "https://download.pytorch.org/whl/cpu"
      priority = "explicit"
      [tool.poetry.dependencies]
      torch = {version = "*", source = "pytorch-cpu"}
    Then: poetry lock
- torch -> onnxruntime: running a trained model needs no training
  framework. It only runs models. (about 17.3 MB)
    onnxruntime (export the model with torch.onnx first)

A forecast from what the wheels list; without your own files (--app
counts them); how far it was from measured slugs: docs/forecast.md.
"""


def test_the_whole_text() -> None:
    looks = [
        look("torch", ("torch/lib/libtorch.so", 60 * MB, 20 * MB), ("torch/a.py", 4 * MB, MB)),
        look("nvidia-cublas", ("nvidia/libcublas.so.12", 50 * MB, 25 * MB)),
        Look(Wanted("old", "2", "archive", required_by=("torch",)), "sources", size=MB),
        Look(Wanted("gone", "3", "wheel"), "nothing", why="The server answered 404."),
    ]
    forecast = forecast_of(looks, Basis("poetry.lock", TARGET, parse_limit("60M")))
    text = "".join(f"{line.text.rstrip()}\n" for line in forecast_lines(forecast))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert text == GOLDEN
    document = forecast_document(forecast)
    assert document["version"] == 1
    assert document["verdict"] == "fits slimmed"
    assert document["before"]["compressed"] == forecast.before.compressed

"""No GPU by accident: the files of five package managers, as they are when CUDA came along."""

from __future__ import annotations

from pathlib import Path

import pytest

from slugfit.doctor.checkup import findings_of
from slugfit.doctor.diffs import changed_files
from slugfit.doctor.reading import read_app
from slugfit.doctor.words import finding_sentence
from trees import plant

FIXTURES = Path(__file__).parent / "fixtures/gpu"
CPU = "https://download.pytorch.org/whl/cpu"


@pytest.mark.parametrize(
    ("names", "place", "bytes_of_cuda", "change"),
    [
        (["requirements.txt"], "requirements.txt:30", 3_000_000_000, "torch==2.9.0+cpu"),
        (["Pipfile", "Pipfile.lock"], "Pipfile.lock", 1_500_000_000, "and then: pipenv lock"),
        (["poetry.lock"], "poetry.lock", 1_500_000_000, "and then: poetry lock"),
        (["uv.lock"], "uv.lock", 1_882_924_946, "and then: uv lock"),
        (["Dockerfile"], "Dockerfile:11", 3_158_029_069, f"--extra-index-url {CPU}"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_one_finding_names_the_bytes_and_the_change(
    tmp_path: Path, names: list[str], place: str, bytes_of_cuda: int, change: str
) -> None:
    tree = {name: (FIXTURES / name).read_text() for name in names}
    app = read_app(plant(tmp_path, tree))
    found = [item for item in findings_of(app) if item.rule in ("torch-cuda", "gpu-package")]
    (finding,) = found
    assert finding.rule == "torch-cuda"
    assert f"{finding.file}:{finding.line}".startswith(place)
    assert finding.size is not None
    assert finding.size.bytes >= bytes_of_cuda
    lines = [line for edit in finding.edits for line in edit.lines or ()]
    assert any(change in line for line in (*lines, *finding.write)), (lines, finding.write)


def test_the_sizes_of_a_lock_file_are_its_own(tmp_path: Path) -> None:
    app = read_app(plant(tmp_path, {"uv.lock": (FIXTURES / "uv.lock").read_text()}))
    (finding,) = findings_of(app)
    assert finding.size is not None
    # The sum of what uv.lock tells of CUDA and triton; torch itself stays.
    assert (finding.size.bytes, finding.size.of) == (1_882_924_946, "wheel")
    assert finding_sentence(finding) == (
        "The torch of the usual index comes with CUDA, and the platform has no GPU. "
        "The lock file has nvidia-cublas-cu12, nvidia-cuda-nvrtc-cu12, "
        "nvidia-cuda-runtime-cu12 and 3 more."
    )


def test_after_the_change_there_is_nothing_to_say(tmp_path: Path) -> None:
    lock = (FIXTURES / "uv.lock").read_text()
    gone = ('name = "nvidia-', 'name = "triton"')
    kept = [
        part for part in lock.split("\n\n") if not any(f"[[package]]\n{it}" in part for it in gone)
    ]
    text = "\n\n".join(kept).replace('version = "2.9.0"', 'version = "2.9.0+cpu"')
    assert findings_of(read_app(plant(tmp_path, {"uv.lock": text}))) == ()


def test_the_frozen_file_loses_its_cuda_lines(tmp_path: Path) -> None:
    text = (FIXTURES / "requirements.txt").read_text()
    app = read_app(plant(tmp_path, {"requirements.txt": text}))
    (finding,) = [item for item in findings_of(app) if item.rule == "torch-cuda"]
    after = changed_files(finding.edits, app.texts)["requirements.txt"]
    assert after is not None
    assert "nvidia" not in after
    assert "triton" not in after
    assert "torch==2.9.0+cpu\ntorchvision==0.24.0+cpu\n" in after
    assert findings_of(read_app(plant(tmp_path / "after", {"requirements.txt": after}))) == ()

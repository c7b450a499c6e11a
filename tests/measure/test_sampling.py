"""A sample of a large tree: near to the whole, for the tree and for its parts."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from pythons import settings
from slugfit.apply.change import change_of, weigh_change
from slugfit.catalog.limits import parse_limit
from slugfit.measure import sampling
from slugfit.measure.deflate import BLOCK_SIZE, SLICE_SIZE, deflate, deflate_sample
from slugfit.measure.pieces import Piece
from slugfit.measure.sampling import compressed_sizes, sampled_slices
from slugfit.plan.make import make_plan
from slugfit.scan.tree import scan_tree
from trees import SITE, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slugfit.plan.decision import Plan

WORDS = b"def class return import self value name size path tree for in if else None".split()


def noise(seed: int, size: int) -> bytes:
    """Bytes that do not compress."""
    blocks = (hashlib.sha256(b"%d %d" % (seed, n)).digest() for n in range(size // 32 + 1))
    return b"".join(blocks)[:size]


def words(seed: int, size: int) -> bytes:
    """Text that compresses like a module."""
    text = b" ".join(WORDS[byte % len(WORDS)] for byte in noise(seed, size // 3))
    return text[:size].ljust(size)


def stream(*parts: tuple[str, bytes, str]) -> Iterator[Piece]:
    for key, content, path in parts:
        yield Piece(key, b"", None, 0, 0, first=content, path=path)


MIXED = [
    ("large", words(1, 4_000_000), "a.py"),
    ("large", noise(2, 2_000_000), "a.so"),
    *((f"small{n}", words(n, 9_000), f"{n}.py") for n in range(200)),
]


@pytest.mark.parametrize("every", [1, 2, 3, 7])
def test_the_whole_and_large_parts_are_near(every: int) -> None:
    whole = sum(len(data) for _, data in deflate(stream(*MIXED)))
    large = sum(len(data) for _, data in deflate(stream(*MIXED[:2])))
    found = compressed_sizes(stream(*MIXED), every)
    assert sum(found.values()) == pytest.approx(whole, rel=0.02 if every > 1 else 0)
    assert found["large"] == pytest.approx(large, rel=0.02)


def test_a_part_without_a_slice_is_told_by_its_kind() -> None:
    parts = [("modules", words(1, 2_000_000), "a.py"), ("data", noise(2, 2_000_000), "a.bin")]
    parts += [("little", words(3, 9_000), "b.py"), ("noise", noise(4, 9_000), "b.bin")]
    found = compressed_sizes(stream(*parts), 7)
    assert found["little"] / 9_000 == pytest.approx(found["modules"] / 2_000_000, rel=0.2)
    assert found["noise"] / 9_000 == pytest.approx(1, rel=0.2)


@pytest.mark.parametrize("every", [1, 2, 3, 5, 9])
def test_slices_are_parts_of_the_stream_after_what_stands_before(every: int) -> None:
    size = BLOCK_SIZE if every == 1 else SLICE_SIZE
    whole = b"".join(content for _, content, _ in MIXED[:6])
    keys = b"".join(bytes([n]) * len(content) for n, (_, content, _) in enumerate(MIXED[:6]))
    parts = [(str(n), content, path) for n, (_, content, path) in enumerate(MIXED[:6])]
    blocks = [block for block, _ in deflate_sample(stream(*parts), every)]
    starts = range(every // 2 * size, len(whole), every * size)
    assert len(blocks) == len(starts)
    for start, block in zip(starts, blocks, strict=True):
        assert block.data == whole[start : start + size]
        assert block.window == whole[max(start - 32 * 1024, 0) : start]
        shares = Counter(keys[start : start + size])
        assert dict(block.shares) == {str(key): share for key, share in shares.items()}


def test_what_lies_between_is_not_read(tmp_path: Path) -> None:
    """A file that is missing would be an error."""
    missing = Piece("b", b"", tmp_path / "missing", 0, 100 * SLICE_SIZE)
    read = Piece("a", b"", None, 0, 0, first=noise(1, 401 * SLICE_SIZE))
    blocks = list(deflate_sample(iter([read, missing]), 800))
    assert [block.shares for block, _ in blocks] == [(("a", SLICE_SIZE),)]


@pytest.mark.parametrize(
    ("size", "expected"), [(0, 1), (1_000, 1), (1_001, 2), (2_000, 2), (9_500, 10)]
)
def test_only_a_large_tree_is_sampled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, expected: int
) -> None:
    monkeypatch.setattr(sampling, "SAMPLED", 1_000)
    plant(tmp_path, {"a": b"x" * size})
    assert sampled_slices(scan_tree(tmp_path)) == expected


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr(sampling, "SAMPLED", 100_000)
    files = {"pkg/__init__.py": words(1, 400_000), "pkg/data.bin": noise(2, 400_000)}
    tests = {f"pkg/tests/test_{n}.py": words(n, 40_000) for n in range(5)}
    root = plant(tmp_path, slug(distribution("pkg", "1.0", files | tests), app_py="import pkg\n"))
    return make_plan(root, settings())


@pytest.mark.parametrize("limit", ["1G", "1K", "image", "lambda"])
def test_the_sizes_say_that_they_come_from_a_sample(planned: Plan, limit: str) -> None:
    change = change_of(planned)
    found = weigh_change(planned, change, limit=parse_limit(limit)).sizes
    whole = weigh_change(planned, change).sizes
    assert (found.estimated, whole.estimated) == (True, False)
    assert found.after.uncompressed == whole.after.uncompressed
    assert found.before.uncompressed == whole.before.uncompressed
    assert found.after.compressed == pytest.approx(whole.after.compressed, rel=0.05)


@pytest.mark.parametrize("share", [0.995, 1.0, 1.005])
def test_near_to_the_limit_all_is_compressed(planned: Plan, share: float) -> None:
    change = change_of(planned)
    sample = weigh_change(planned, change, limit=parse_limit("1G")).sizes
    limit = parse_limit(str(round(sample.after.compressed * share)))
    assert weigh_change(planned, change, limit=limit).sizes == weigh_change(planned, change).sizes


def test_what_is_sampled_adds_up(planned: Plan) -> None:
    found = weigh_change(planned, change_of(planned), limit=parse_limit("1G")).sizes
    assert found.gone
    assert found.before.compressed == found.after.compressed + sum(
        size.compressed for size in found.gone.values()
    )
    assert f"{SITE}/pkg/tests/test_1.py" in {item.path for item in planned.decisions}

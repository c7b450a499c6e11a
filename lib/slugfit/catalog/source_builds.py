"""SOURCE_BUILDS: distributions without wheels for Linux, which every build compiles.

That they have none was seen on the index (2026-11, Linux on x86-64, CPython 3.12); a test compares.
"""

from __future__ import annotations

SOURCE_BUILDS = {
    # https://github.com/davisking/dlib/blob/master/setup.py
    "dlib": "It takes several minutes and more than 1 GB of memory, near to the build's time-out.",
    # https://github.com/abetlen/llama-cpp-python#installation
    "llama-cpp-python": "It takes several minutes; its own index has wheels for CPUs.",
    # https://github.com/facebookresearch/detectron2/blob/main/INSTALL.md
    "detectron2": "It takes several minutes, and torch must be installed before.",
}

REQUIRE_SOURCE_BUILDS = {
    "face-recognition": "dlib",  # https://github.com/ageitgey/face_recognition/blob/master/setup.py
}
"""What requires one of them."""

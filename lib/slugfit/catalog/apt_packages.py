"""System packages: what took their names, and what serves a screen only."""

from __future__ import annotations

RENAMED = {
    "libgl1-mesa-glx": "libgl1",  # https://packages.ubuntu.com/jammy/libgl1-mesa-glx
    "libegl1-mesa": "libegl1",  # https://packages.ubuntu.com/jammy/libegl1-mesa
    "libgles2-mesa": "libgles2",  # https://packages.ubuntu.com/jammy/libgles2-mesa
    "libwayland-egl1-mesa": "libwayland-egl1",  # https://packages.ubuntu.com/jammy/libwayland-egl1-mesa
}
"""Names that end with Ubuntu 22.04 and Debian 12, and what to write from then on."""

NEWER_STACKS = ("heroku-24", "heroku-26")
"""Made of Ubuntu 24.04 and 26.04: https://devcenter.heroku.com/articles/stack."""
OLDER_STACKS = ("heroku-18", "heroku-20", "heroku-22")

OLDER_BASES = (
    "bookworm",
    "bullseye",
    "buster",
    "jammy",
    "focal",
    "bionic",
    "22.04",
    "20.04",
    "18.04",
)
"""In the tags of base images: releases that still have those names."""
NEWER_BASES = ("trixie", "noble", "24.04", "26.04")

FOR_SCREENS = frozenset(
    (
        # What opencv-python's documentation installs for windows, and its headless form does not
        # need: https://github.com/opencv/opencv-python#installation-and-usage
        *("libgl1", "libgl1-mesa-glx", "libgl1-mesa-dri", "libglx-mesa0", "libsm6", "libice6"),
        *("libxext6", "libxrender1", "libxrender-dev", "libxext-dev", "libsm-dev", "libgtk2.0-dev"),
        *("libgtk-3-dev", "libgl1-mesa-dev"),
    )
)

NEED_SCREENS = frozenset(
    (
        # https://github.com/opencv/opencv-python, and those that require it
        *("opencv-python", "opencv-contrib-python", "mediapipe", "ultralytics", "paddleocr"),
        *("open3d", "vtk", "pyvista", "pyqt5", "pyqt6", "pyside2", "pyside6", "pyglet", "kivy"),
        *("pygame", "moderngl", "pyrender", "pyopengl", "panda3d", "mayavi", "vedo", "trimesh"),
        *("playwright", "selenium", "pyppeteer", "cadquery", "gmsh", "wxpython", "kaleido"),
        *("insightface", "deepface", "retina-face", "facexlib", "gfpgan", "rembg", "mtcnn"),
    )
)
"""Distributions that load them, or may bring what does; beside one of these nothing is said."""

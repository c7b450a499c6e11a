"""What compiles at run time, and so needs headers and sources."""

from __future__ import annotations

from dataclasses import dataclass

COMPILER_IMPORTS = {
    # https://docs.pytorch.org/docs/stable/cpp_extension.html
    "torch.utils.cpp_extension": "builds C++ extensions with torch's headers",
    # https://cython.readthedocs.io/en/latest/src/userguide/source_files_and_compilation.html
    "pyximport": "compiles Cython modules when they are imported",
    # https://numba.readthedocs.io/en/stable/user/pycc.html
    "numba.pycc": "compiles extension modules",
    # https://cffi.readthedocs.io/en/stable/cdef.html
    "cffi": "can compile its bindings",
    # https://numpy.org/doc/stable/f2py/usage.html
    "numpy.f2py": "compiles Fortran",
    # https://github.com/triton-lang/triton/blob/main/third_party/nvidia/backend/driver.py
    "triton": "compiles kernels with a C launcher",
    # https://docs.cupy.dev/en/stable/user_guide/kernel.html
    "cupy": "compiles kernels",
}
"""Imports in an app's source that need headers, sources or link files at run time, and why."""

COMPILER_NAMES = {
    # https://docs.pytorch.org/docs/stable/generated/torch.compile.html
    ("torch", "compile"): "torch.compile generates and links C++",
    # https://numpy.org/doc/stable/reference/generated/numpy.get_include.html
    ("numpy", "get_include"): "numpy.get_include() hands headers to a compiler",
}
"""Attribute names that mean the same when the app also imports the package."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """A distribution that compiles at run time whatever the app's source says.

    No marker in code tells it: NumPy, numba and PyArrow have the same calls, for who asks for them.
    """

    distribution: str
    """Its normalised name."""
    since: tuple[int, ...]
    """The first version."""
    until: tuple[int, ...]
    """The first version that is not known."""
    reason: str
    """What it compiles, for reports: it follows the name and the version."""
    source: str
    """Where the reason is from, a URL."""


COMPILERS = (
    Compiler(
        "cupy",
        (9,),
        (16,),
        "compiles kernels against its own headers",
        "https://docs.cupy.dev/en/stable/user_guide/kernel.html",
    ),
    Compiler(
        "pytensor",
        (2,),
        (4,),
        "compiles C against numpy's and Python's headers",
        "https://pytensor.readthedocs.io/en/latest/library/config.html",
    ),
    Compiler(
        "pythran",
        (0, 9),
        (1,),
        "compiles C++ against its own headers",
        "https://pythran.readthedocs.io/en/latest/MANUAL.html",
    ),
    Compiler(
        "theano",
        (0, 8),
        (2,),
        "compiles C against numpy's and Python's headers",
        "https://theano-pymc.readthedocs.io/en/latest/library/config.html",
    ),
    Compiler(
        "triton",
        (2,),
        (5,),
        "compiles its launcher against Python's headers",
        "https://github.com/triton-lang/triton/blob/main/third_party/nvidia/backend/driver.py",
    ),
)

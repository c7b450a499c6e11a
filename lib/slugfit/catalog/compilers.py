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
    # https://cython.readthedocs.io/en/latest/src/userguide/source_files_and_compilation.html
    "Cython": "compiles Cython code",
}
"""Imports in an app's source that need headers, sources or link files at run time, and why."""

COMPILER_NAMES = {
    # https://docs.pytorch.org/docs/stable/generated/torch.compile.html
    ("torch", "compile"): "torch.compile generates and links C++",
    # https://numpy.org/doc/stable/reference/generated/numpy.get_include.html
    ("numpy", "get_include"): "numpy.get_include() hands headers to a compiler",
    # https://cython.readthedocs.io/en/latest/src/userguide/special_methods.html
    ("cython", "inline"): "cython.inline() compiles what it is given",
}
"""Attribute names that mean the same when the app also imports the package."""

BUILD_PARTS = frozenset(
    (
        # https://numpy.org/doc/stable/reference/distutils.html, and what finds its compilers
        *("numpy.distutils", "numpy.f2py"),
        # https://cffi.readthedocs.io/en/stable/cdef.html
        *("cffi.verifier", "cffi.recompiler", "cffi.ffiplatform", "cffi.setuptools_ext"),
        *("cffi._shimmed_dist_utils", "cffi.vengine_cpy", "cffi.vengine_gen"),
        # https://numba.readthedocs.io/en/stable/user/pycc.html
        "numba.pycc",
        # https://cython.readthedocs.io/en/latest/src/userguide/source_files_and_compilation.html
        *("Cython.Build", "Cython.Distutils", "pyximport"),
        # https://pybind11.readthedocs.io/en/stable/compiling.html
        "pybind11.setup_helpers",
    )
)
"""Modules and packages that build extensions, in distributions that do other things as well.

Nothing else of their distributions imports them when it is imported itself.
"""


@dataclass(frozen=True, slots=True)
class BuildCall:
    """How those who import a package reach its BUILD_PARTS without importing them."""

    names: frozenset[str]
    """Attributes: submodules, or methods of what ``maker`` makes."""
    maker: str = ""
    """A class of the package."""


BUILD_CALLS = {
    # https://cffi.readthedocs.io/en/stable/cdef.html
    "cffi": BuildCall(frozenset(("verify", "compile", "emit_c_code", "set_source")), "FFI"),
    # https://numpy.org/doc/stable/f2py/usage.html
    "numpy": BuildCall(frozenset(("f2py", "distutils"))),
    # https://numba.readthedocs.io/en/stable/user/pycc.html
    "numba": BuildCall(frozenset(("pycc",))),
}
"""By package."""

BUILD_IMPORTS = (
    # https://setuptools.pypa.io/en/latest/userguide/ext_modules.html
    *("setuptools.Extension", "setuptools.extension", "setuptools.command.build_ext"),
    *("distutils.core", "distutils.ccompiler", "distutils.extension"),
    "distutils.command.build_ext",
    # https://cython.readthedocs.io/en/latest/src/userguide/source_files_and_compilation.html
    "Cython.Compiler",
    # https://docs.pytorch.org/docs/stable/cpp_extension.html
    "torch.utils.cpp_extension",
    *sorted(BUILD_PARTS),
)
"""Modules that build extensions; who imports one of them may compile at run time."""

COMPILER_PROGRAMS = frozenset(
    (
        # https://gcc.gnu.org/onlinedocs/gcc/Invoking-GCC.html, https://clang.llvm.org/docs
        *("gcc", "g++", "clang", "clang++", "gfortran"),
        # https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc, https://rocm.docs.amd.com
        *("nvcc", "hipcc", "icpx", "ninja"),
    )
)
"""Programs that compile, as they are started by name."""

COMPILER_TOOLS = frozenset(
    (
        # https://cython.org, https://pybind11.readthedocs.io, https://nanobind.readthedocs.io
        *("cython", "pybind11", "nanobind"),
        # https://cmake.org, https://mesonbuild.com, https://ninja-build.org, https://ziglang.org
        *("cmake", "meson", "ninja", "ziglang"),
        # https://documen.tician.de/pyopencl, https://documen.tician.de/pycuda
        *("pyopencl", "pycuda"),
    )
)
"""Distributions that do nothing but compile, or have others do it; normalised names."""


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

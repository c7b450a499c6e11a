# mypy: ignore-errors
# ruff: noqa: PLC0415, BLE001
"""Code compiled at run time, against headers and with files that packages bring along."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

CMAKE = """\
cmake_minimum_required(VERSION 3.20)
project(one C CXX)
include(CheckIncludeFile)
check_include_file(stdio.h HAS_STDIO)
find_package(Threads REQUIRED)
set(PYBIND11_FINDPYTHON ON)
find_package(pybind11 CONFIG REQUIRED)
pybind11_add_module(two two.cpp)
add_executable(one one.c)
"""
BOUND = """\
#include <pybind11/pybind11.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
double total(pybind11::array_t<double> a) { return a.at(0) + a.at(1); }
PYBIND11_MODULE(two, m) { m.def("total", &total); }
"""


def run(*command: object) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-600:])
    return done.stdout


def with_cython_inline() -> str:
    """`cython.inline`."""
    import cython

    found = cython.inline("return [n * n for n in range(a)]", a=4)
    made = cython.inline("cdef str s = f'{a:.2f}'\nreturn s.upper()", a=1.5)
    return f"{found} {made}"


def with_cythonize() -> str:
    """`cythonize` against NumPy's headers and libcpp."""
    Path("fast.pyx").write_text(
        "cimport numpy as np\nimport numpy as np\nfrom libcpp.vector cimport vector\n"
        "np.import_array()\n"
        "cdef class Holder:\n    cdef public vector[int] held\n"
        "def total(np.ndarray[np.float64_t] a):\n    cdef double s = 0\n"
        "    for i in range(a.shape[0]):\n        s += a[i]\n    return s\n",
        "utf-8",
    )
    Path("setup.py").write_text(
        "import numpy\nfrom Cython.Build import cythonize\n"
        "from setuptools import Extension, setup\n"
        "e = Extension('fast', ['fast.pyx'], include_dirs=[numpy.get_include()], language='c++')\n"
        "setup(name='x', ext_modules=cythonize([e], annotate=True))\n",
        "utf-8",
    )
    run(sys.executable, "-B", "setup.py", "-q", "build_ext", "--inplace")
    asked = "import fast, numpy; h = fast.Holder(); h.held = [1]; print(fast.total(numpy.ones(3)))"
    page = len(Path("fast.html").read_text("utf-8")) > 1000
    return run(sys.executable, "-B", "-c", asked).strip() + f" {page}"


def with_cmake() -> str:
    """CMake and Ninja build a program and a pybind11 module."""
    import cmake
    import ninja
    import pybind11

    folder = Path("project")
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text(CMAKE, "utf-8")
    (folder / "one.c").write_text('#include <stdio.h>\nint main() { puts("one"); }\n', "utf-8")
    (folder / "two.cpp").write_text(BOUND, "utf-8")
    program = Path(cmake.CMAKE_BIN_DIR, "cmake")
    given = [
        f"-DCMAKE_MAKE_PROGRAM={ninja.BIN_DIR}/ninja",
        f"-Dpybind11_DIR={pybind11.get_cmake_dir()}",
        f"-DPython_EXECUTABLE={sys.executable}",
    ]
    run(program, "-S", folder, "-B", "out", "-G", "Ninja", *given)
    run(program, "--build", "out")
    asked = "import sys; sys.path.insert(0, 'out'); import two; print(two.total([1.0, 2.5]))"
    return run("out/one").strip() + " " + run(sys.executable, "-B", "-c", asked).strip()


def with_cmake_help() -> str:
    """CMake lists its modules."""
    import cmake

    shown = run(Path(cmake.CMAKE_BIN_DIR, "cmake"), "--help-module-list").split()
    return f"{len(shown)} modules"


def with_pybind11() -> str:
    """A module compiled against `get_include()`."""
    import pybind11

    Path("two.cpp").write_text(BOUND, "utf-8")
    end = sysconfig.get_config_var("EXT_SUFFIX")
    places = [f"-I{pybind11.get_include()}", f"-I{sysconfig.get_paths()['include']}"]
    run("g++", "-O0", "-shared", "-fPIC", *places, "two.cpp", "-o", f"two{end}")
    return run(sys.executable, "-B", "-c", "import two; print(two.total([2.0, 2.5]))").strip()


def with_cffi() -> str:
    """`compile`, `verify`, and embedding."""
    from cffi import FFI

    builder = FFI()
    builder.cdef("int twice(int);")
    builder.set_source("_twice", "int twice(int n) { return 2 * n; }")
    builder.compile()
    old = FFI()
    old.cdef("int thrice(int);")
    verified = old.verify("int thrice(int n) { return 3 * n; }")
    embedded = FFI()
    embedded.embedding_api("int four(void);")
    embedded.embedding_init_code("")
    embedded.set_source("_four", "")
    made = os.path.basename(embedded.compile(target="libfour.so"))
    asked = "import _twice; print(_twice.lib.twice(21))"
    return f"{run(sys.executable, '-B', '-c', asked).strip()} {verified.thrice(3)} {made}"


def with_opencl() -> str:
    """Kernels of PyOpenCL compiled by PoCL."""
    import numpy as np
    import pyopencl as cl
    import pyopencl.array
    from pyopencl.clrandom import rand

    context = cl.create_some_context(interactive=False)
    queue = cl.CommandQueue(context)
    source = "__kernel void twice(__global float *a) { int i = get_global_id(0); a[i] *= 2; }"
    built = cl.Program(context, source).build()
    held = cl.array.to_device(queue, np.ones(4, np.float32))
    built.twice(queue, (4,), None, held.data)
    random = rand(queue, 100, np.float32).get()
    summed = cl.array.sum(held).get()
    return f"{held.get().tolist()} {summed} {0 <= random.min() <= random.max() <= 1}"


def with_pythran() -> str:
    """`pythran` compiles against its own C++ headers."""
    Path("quick.py").write_text(
        "#pythran export total(float64[])\nimport numpy as np\n"
        "def total(a):\n    return np.sum(a * 2) + np.linalg.norm(a)\n",
        "utf-8",
    )
    asked = "from pythran.run import run; run()"
    run(sys.executable, "-B", "-c", asked, "-O0", "quick.py")
    used = "import quick, numpy; print(quick.__pythran__[0][:1], quick.total(numpy.ones(4)))"
    return run(sys.executable, "-B", "-c", used).strip()


def main() -> int:
    """Print what each step found; the last word is only said where none failed."""
    failed = False
    for name, step in sorted(globals().items()):
        if name.startswith("with_"):
            try:
                found = step()
            except Exception as error:
                found, failed = f"{type(error).__name__}: {error}", True
            sys.stdout.write(f"{name[5:]}: {found}\n".replace(os.getcwd(), "HERE"))
    if not failed:
        sys.stdout.write("ok\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

"""Markers and versions, beside the library that pip carries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from slugfit.forecast.markers import MarkerError, marker_holds
from slugfit.forecast.target import Target
from slugfit.forecast.versions import parse_version, satisfies

TARGET = Target((3, 14), "aarch64", (2, 43), "heroku-26")
VALUES = TARGET.marker_values()


@pytest.mark.parametrize(
    ("marker", "holds"),
    {
        "": True,
        "python_version >= '3.9'": True,
        'python_version < "3.9"': False,
        "python_version in '3.13, 3.14'": True,
        "'3.14' == python_version": True,
        "python_version == '3.*'": True,
        "python_version ~= '3.10'": True,
        "python_full_version <= '3.11.0a6'": False,
        "sys_platform == 'win32' or platform_machine == 'aarch64'": True,
        "sys_platform == 'win32' or os_name == 'nt' and python_version > '3'": False,
        "(sys_platform == 'win32' or os_name == 'posix') and python_version > '3'": True,
        "platform_system != 'Darwin'": True,
        "sys_platform not in 'win32 darwin'": True,
        "os.name == 'posix'": True,
        "extra == 'test'": False,
        "'dev' in dependency_groups": False,
        "'Web_UI' in extras": True,
    }.items(),
)
def test_a_marker_is_read(marker: str, *, holds: bool) -> None:
    assert marker_holds(marker, VALUES, {"extras": ("web-ui",)}) is holds


@pytest.mark.parametrize(
    "marker",
    ["python_version", "python == '3'", "os_name == ", "(os_name == 'x'", "os_name == 'x' )", "é"],
)
def test_what_is_no_marker_is_told(marker: str) -> None:
    with pytest.raises(MarkerError):
        marker_holds(marker, VALUES)


VERSIONS = st.builds(
    lambda release, phase, post, dev, local: release + phase + post + dev + local,
    st.sampled_from(["3", "3.0", "3.9", "3.10", "3.14", "3.14.0", "3.14.99", "4"]),
    st.sampled_from(["", "a1", "b2", "rc1", ".alpha3"]),
    st.sampled_from(["", ".post1", "-1"]),
    st.sampled_from(["", ".dev0", "dev2"]),
    st.sampled_from(["", "+cpu", "+cu12.1"]),
)
OPERATORS = st.sampled_from(["<", "<=", "==", "!=", ">", ">=", "~="])


@given(VERSIONS, VERSIONS)
def test_versions_stand_in_the_same_order(first: str, second: str) -> None:
    own = parse_version(first), parse_version(second)
    other = Version(first), Version(second)
    assert own[0] is not None
    assert own[1] is not None
    assert (own[0] < own[1], own[0] == own[1]) == (other[0] < other[1], other[0] == other[1])


@given(VERSIONS, OPERATORS, VERSIONS)
def test_a_comparison_says_the_same(version: str, operator: str, wanted: str) -> None:
    try:
        specifier = SpecifierSet(f"{operator}{wanted}")
    except ValueError:
        return
    assert satisfies(version, operator, wanted) == specifier.contains(version, prereleases=True)


COMPARISONS = st.builds(
    lambda name, operator, value: f"{name} {operator} '{value}'",
    st.sampled_from(["python_version", "python_full_version"]),
    st.sampled_from(["<", "<=", "==", "!=", ">", ">=", "~="]),
    st.sampled_from(["3.9", "3.14", "3.14.0", "3.14.99", "3.15", "2.7", "3.14.0a6"]),
) | st.builds(
    lambda name, operator, value: f"{name} {operator} '{value}'",
    st.sampled_from(["os_name", "sys_platform", "platform_machine", "implementation_name"]),
    st.sampled_from(["==", "!=", "in", "not in"]),
    st.sampled_from(["posix", "linux win32", "linux", "aarch64", "x86_64", "cpython"]),
)
MARKERS = st.recursive(
    COMPARISONS,
    lambda inner: st.builds(
        lambda first, word, second: f"({first}) {word} {second}",
        inner,
        st.sampled_from(["and", "or"]),
        inner,
    ),
    max_leaves=5,
)


@given(MARKERS)
def test_a_marker_says_the_same(marker: str) -> None:
    assert marker_holds(marker, VALUES) == Marker(marker).evaluate({**VALUES, "extra": ""})

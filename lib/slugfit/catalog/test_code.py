"""How test code is recognised, and what lists the folders of packages."""

from __future__ import annotations

TEST_FRAMEWORKS = frozenset(
    (
        # https://docs.pytest.org, https://docs.python.org/3/library/unittest.html
        *("pytest", "_pytest", "unittest", "unittest2"),
        # https://hypothesis.readthedocs.io, https://nose.readthedocs.io, https://docs.nose2.io
        *("hypothesis", "nose", "nose2"),
        # https://testtools.readthedocs.io, https://docs.twisted.org (trial)
        *("testtools", "testscenarios", "subunit"),
    )
)
"""Top-level modules that test code imports and other code does not."""

TEST_NAMES = frozenset(("TestCase", "IsolatedAsyncioTestCase", "SkipTest"))
"""Names that test code uses whatever it imports them from."""

LISTERS = frozenset(
    (
        # https://docs.python.org/3/library/pkgutil.html
        *("iter_modules", "walk_packages"),
        # https://docs.python.org/3/library/os.html, https://docs.python.org/3/library/glob.html
        *("listdir", "scandir", "walk", "fwalk", "glob", "iglob"),
        # https://docs.python.org/3/library/pathlib.html
        *("iterdir", "rglob"),
        # https://setuptools.pypa.io/en/latest/pkg_resources.html
        "resource_listdir",
        # https://jinja.palletsprojects.com/en/stable/api/#loaders, https://docs.makotemplates.org
        *("PackageLoader", "FileSystemLoader", "ChoiceLoader", "TemplateLookup"),
    )
)
"""Functions and classes that find files by listing folders."""

OWN_PLACES = frozenset(
    (
        *("__file__", "__path__", "files", "PackageLoader", "resource_listdir"),
        *("resource_filename", "submodule_search_locations"),
    )
)
"""What tells a module where its own package, or another one, lies."""

DOCUMENTS = frozenset(
    (
        *("rst", "md", "txt", "html", "htm", "css", "js", "png", "jpg", "jpeg", "gif", "svg"),
        *("pdf", "ipynb", "tex", "bib", "dot", "inv", "doctree", "ico", "woff", "woff2", "ttf"),
    )
)
"""Suffixes of what documentation is made of."""

CONTENT = frozenset(("templates", "static", "locale", "_templates", "_static"))
"""Folders whose contents are found by a name relative to them."""

"""A made-up standard buildpack, and an app for it: what it installs stands beside it."""

from __future__ import annotations

from pythons import LIB
from trees import Content, distribution

SITE = f".heroku/python/{LIB}/site-packages"
PACKAGE = distribution(
    "pkg",
    "1.0",
    {"pkg/__init__.py": "", "pkg/tests/x.py": "", "pkg/a.py": "", "pkg/a.pyi": ""},
)
# Installs what stands beside it, as the standard buildpack would with a package index.
UPSTREAM: dict[str, Content] = {
    "bin/detect": "#!/bin/sh\necho Python\n",
    "bin/compile": """#!/usr/bin/env bash
set -eu
here="$(cd "$(dirname "$0")/.." && pwd)"
echo "-----> Installing"
if [[ -e "${1}/fail" ]]; then echo "no such package"; exit 1; fi
mkdir -p "${1}/.heroku/python/bin"
cp -r "${here}/lib" "${1}/.heroku/python/lib"
mkdir -p "${2}/.heroku"
cp -r --link "${1}/.heroku/python" "${2}/.heroku/python"
mkdir -p "${1}/.profile.d"
echo 'export FROM_UPSTREAM=yes' >"${1}/.profile.d/python.sh"
echo 'export FROM_UPSTREAM=yes' >>"${here}/export"
""",
    "bin/release": "#!/bin/sh\nprintf -- 'default_process_types:\\n  web: python3 server.py\\n'\n",
    "bin/report": '#!/bin/sh\necho \'{"package_manager": "made up"}\'\n',
    **{f"{LIB}/site-packages/{name}": content for name, content in PACKAGE.items()},
}
APP: dict[str, Content] = {
    "requirements.txt": "pkg\n",
    "app.py": "import pkg\n",
    "server.py": "import http.server as h, os\n"
    "h.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), h.SimpleHTTPRequestHandler)"
    ".serve_forever()\n",
    ".slugignore": "/drafts\n",
    "drafts/x.psd": "",
}

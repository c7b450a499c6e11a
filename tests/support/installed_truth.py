"""Packages for tests with real installers, and what is true of an environment after them."""

from __future__ import annotations

OLD = {"greenlet": "3.1.0", "markupsafe": "3.0.1", "networkx": "3.3", "pyyaml": "6.0.2"}
NEW = {"greenlet": "3.1.1", "markupsafe": "3.0.2", "networkx": "3.4.2", "pyyaml": "6.0.3"}
IMPORTS = "import greenlet, markupsafe, networkx, yaml; yaml.CSafeLoader; markupsafe._speedups"

# What the metadata says and what is there: (name, version) of all, files that are listed and
# missing, files that are there and nobody's, files that are there with another hash than listed.
TRUTH = """
import base64, hashlib, importlib.metadata as m, json, os, sys, sysconfig
site = sysconfig.get_path("purelib")
found, missing, changed, listed = [], [], [], set()
for d in m.distributions(path=[site]):
    found.append([d.metadata["Name"].lower(), d.version])
    own = d.metadata["Name"].lower() in sys.argv[1:]
    for f in d.files:
        place = os.path.normpath(f.locate())
        listed.add(place)
        if not own:
            continue  # the RECORD of a pip that virtualenv seeds names what never was
        if not os.path.exists(place):
            missing.append(str(f))
        elif f.hash:
            digest = hashlib.new(f.hash.mode, open(place, "rb").read()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != f.hash.value:
                changed.append(str(f))
stray = [place for above, _, names in os.walk(site) for name in names
         if (place := os.path.join(above, name)) not in listed and "__pycache__" not in place
         and not name.startswith(("_virtualenv", "distutils-precedence", "pip", "setuptools"))]
print(json.dumps([sorted(found), missing, changed, stray]))
"""

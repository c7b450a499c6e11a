"""Model files that an app names in pyproject.toml, fetched at build or at boot."""

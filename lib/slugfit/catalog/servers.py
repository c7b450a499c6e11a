"""Programs that serve an app."""

from __future__ import annotations

SERVERS = frozenset(
    (
        *("celery", "daphne", "gunicorn", "granian", "hypercorn", "streamlit", "uvicorn"),
        "waitress-serve",
    )
)
"""What starts an app where no Procfile tells: names of installed programs.

Only time depends on it: https://docs.djangoproject.com/en/stable/howto/deployment/,
https://flask.palletsprojects.com/en/stable/deploying/, and their own documentation.
"""

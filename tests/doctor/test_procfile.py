"""The Procfile: hits and near-misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from doctor_apps import HEALTHY, findings
from slugfit.doctor.checkup import findings_of
from slugfit.doctor.reading import read_app
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("web", "rules"),
    {
        "gunicorn app:app": [],
        "gunicorn app:app --bind 0.0.0.0:$PORT": [],
        "gunicorn -b 0.0.0.0:8000 app:app": ["procfile-port"],
        "gunicorn -b :${PORT} app:app": [],
        "gunicorn --bind=127.0.0.1:$PORT app:app": ["procfile-host"],
        "gunicorn -c gunicorn.conf.py app:app": [],
        "gunicorn -k uvicorn.workers.UvicornWorker main:app": [],
        "uvicorn main:app --host 0.0.0.0 --port $PORT": [],
        "uvicorn main:app --host=0.0.0.0 --port=${PORT:-8000}": [],
        "uvicorn main:app --port $PORT": ["procfile-host"],
        "uvicorn main:app --host 0.0.0.0 --port 8000": ["procfile-port"],
        "uvicorn main:app --host 0.0.0.0": ["procfile-port"],
        "uvicorn main:app --host 0.0.0.0 --port $PORT --reload": ["development-server"],
        "python -m uvicorn main:app --host 0.0.0.0 --port $PORT": [],
        "uvicorn main:app --uds /tmp/nginx.socket --port $PORT": [],
        "hypercorn main:app --bind 0.0.0.0:$PORT": [],
        "hypercorn main:app --bind [::]:$PORT": [],
        "hypercorn main:app": ["procfile-port", "procfile-host"],
        "daphne config.asgi:application --port $PORT --bind 0.0.0.0 -v2": [],
        "daphne config.asgi:application -p $PORT -b 0.0.0.0": [],
        "waitress-serve --port=$PORT app:app": [],
        "waitress-serve --listen=*:$PORT app:app": [],
        "waitress-serve app:app": ["procfile-port"],
        "streamlit run app.py --server.port $PORT": [],
        "streamlit run app.py": ["procfile-port"],
        "sh setup.sh && streamlit run app.py": [],
        "flask run --host 0.0.0.0 --port $PORT": ["development-server"],
        "python manage.py runserver 0.0.0.0:$PORT": ["development-server"],
        "python manage.py runserver": ["procfile-port", "procfile-host", "development-server"],
        "bin/start-pgbouncer gunicorn app:app": [],
        "newrelic-admin run-program gunicorn app:app": [],
        "python app.py": [],
        "node server.js": [],
    }.items(),
)
def test_the_web_process(tmp_path: Path, web: str, rules: list[str]) -> None:
    setup = 'mkdir -p ~/.streamlit/\necho "[server]\nport = $PORT\n" > ~/.streamlit/config.toml\n'
    found = findings(tmp_path, {"Procfile": f"web: {web}\n", "setup.sh": setup})
    assert [item.rule for item in found] == rules


@pytest.mark.parametrize(
    ("text", "rules"),
    {
        "worker: python bot.py\n": ["procfile-web"],
        "worker: gunicorn app:app\n": [],
        "Web: gunicorn app:app\n": ["procfile-line"],
        "web gunicorn app:app\n": ["procfile-line"],
    }.items(),
)
def test_lines(tmp_path: Path, text: str, rules: list[str]) -> None:
    found = findings(tmp_path, {"Procfile": text})
    assert [item.rule for item in found] == rules


@pytest.mark.parametrize(
    ("files", "rules"),
    [
        ({"app.json": '{"env": {}}'}, ["procfile-missing"]),
        ({"app.json": '{"expo": {}}'}, []),
        ({"runtime.txt": "python-3.12\n"}, ["procfile-missing", "runtime-txt"]),
        ({"runtime.txt": "python-3.12\n", "requirements.txt": "streamlit==1.40.0\n"}, []),
        ({}, []),
        ({"app.json": "{}", "Dockerfile": "FROM python:3.12\n"}, []),
        ({"app.json": "{}", "requirements.txt": "requests==2.31.0\n"}, []),
        ({"procfile": "web: gunicorn app:app\n"}, ["procfile-line"]),
    ],
)
def test_no_procfile(tmp_path: Path, files: dict[str, str], rules: list[str]) -> None:
    tree = {name: text for name, text in HEALTHY.items() if name != "Procfile"}
    found = findings_of(read_app(plant(tmp_path, {**tree, **files})))
    assert [item.rule for item in found] == rules


def test_a_port_that_the_program_has_written_down(tmp_path: Path) -> None:
    app = "from flask import Flask\napp = Flask(__name__)\napp.run(port=5000)\n"
    tree = {"Procfile": "web: python app.py\n", "app.py": app}
    assert [item.rule for item in findings(tmp_path, tree)] == ["procfile-port"]
    more = app.replace("5000", "int(__import__('os').environ['PORT'])")
    assert findings(tmp_path, {**tree, "app.py": more}) == []

"""Reads a repository once: what git tracks of it, or else what lies there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.base.json_text import parse_json
from slugfit.catalog.pythons import NEWEST
from slugfit.catalog.stacks import ARCHITECTURES, STACK, STACKS
from slugfit.doctor.app import App, Locked, Process, RequirementsFile, Setting
from slugfit.doctor.dockerfile import docker_settings, is_dockerfile, parse_dockerfile
from slugfit.doctor.lock_reading import parse_lock
from slugfit.doctor.python_version import RUNTIME, VERSION_FILE, asked_python
from slugfit.doctor.repository_files import LEFT_OUT, LOCKS, repository_of
from slugfit.doctor.requirements_reading import read_closure
from slugfit.doctor.slugignore_reading import SLUGIGNORE, parse_slugignore
from slugfit.doctor.sources import Source, read_source
from slugfit.forecast.target import Target
from slugfit.scan.procfile import PROCFILE, parse_procfile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from slugfit.base.patterns import PatternSet
    from slugfit.doctor.app import Command
    from slugfit.doctor.repository_files import Repository


_TEXTS = (
    *(".txt", ".toml", ".cfg", ".ini", ".json", ".yml", ".yaml", ".sh", ".html", ".htm", ".css"),
    *(".js", ".md", ".rst", ".env", ".in", ".conf", ".lock", ".jinja", ".j2", ".ts", ".vue"),
)
_MOST_SOURCES = 3000


def read_app(folder: Path) -> App:
    """The facts of the app in ``folder``; raise TreeError if that cannot be read."""
    repository = repository_of(folder)
    texts = {
        path: text
        for path in repository.files
        if _is_read(path) and (text := repository.text(path)) is not None
    }
    docker = {path: parse_dockerfile(text) for path, text in texts.items() if is_dockerfile(path)}
    sources = tuple(_sources(repository))
    slugignore = parse_slugignore(texts.get(SLUGIGNORE, ""))
    settings = (*_settings(texts), *docker_settings(docker), *_of_sources(sources))
    return App(
        repository.files,
        texts,
        _requirements(_without_ignored(texts, slugignore), docker, settings),
        tuple(_locks(_without_ignored(texts, slugignore), _target(texts))),
        tuple(_processes(texts.get(PROCFILE, ""))),
        settings,
        docker,
        sources,
        slugignore=slugignore,
    )


def _is_read(path: str) -> bool:
    name = path.rpartition("/")[2]
    known = name.endswith(_TEXTS) or "." not in name or name.startswith(".")
    return (known and not _is_left_out(path)) or is_dockerfile(path)


def _is_left_out(path: str) -> bool:
    return not LEFT_OUT.isdisjoint(path.split("/")[:-1])


def _sources(repository: Repository) -> Iterator[Source]:
    paths = [path for path in repository.files if path.endswith(".py") and not _is_left_out(path)]
    for path in paths[:_MOST_SOURCES]:
        data = repository.data(path)
        source = None if data is None else read_source(path, data)
        if source is not None:
            yield source


def _without_ignored(texts: Mapping[str, str], slugignore: PatternSet) -> Mapping[str, str]:
    return {path: text for path, text in texts.items() if slugignore.excludes(path) is None}


def _requirements(
    texts: Mapping[str, str],
    docker: Mapping[str, tuple[Command, ...]],
    settings: Iterable[Setting],
) -> tuple[RequirementsFile, ...]:
    """What is deployed: requirements.txt, what a setting names, and what Dockerfiles install."""
    named = [item.value for item in settings if item.name in _NAMING]
    commands = [item for file in docker.values() for item in file if item.word == "RUN"]
    words = {word for item in commands for word in item.rest.replace("=", " ").split()}
    chosen = [path for path in texts if path in words and path.endswith(".txt")]
    usual = [] if named or (chosen and PROCFILE not in texts) else ["requirements.txt"]
    return read_closure((*named, *usual, *chosen), texts.get)


_NAMING = ("SLUGFIT_REQUIREMENTS", "PIP_REQUIREMENTS_FILE")


def _locks(texts: Mapping[str, str], target: Target) -> Iterator[Locked]:
    yield from (parse_lock(name, texts[name], target) for name in LOCKS if name in texts)


def _target(texts: Mapping[str, str]) -> Target:
    """What the app will run on: the Python that it asks for, or else the newest one."""
    asked = (asked_python(texts.get(name, "")) for name in (VERSION_FILE, RUNTIME))
    python = next((version for version in asked if version is not None), NEWEST)
    return Target(python, ARCHITECTURES["amd64"], STACKS[STACK], STACK)


def _processes(text: str) -> Iterator[Process]:
    lines = text.splitlines()
    for name, command in parse_procfile(text).items():
        numbers = (
            number
            for number, line in enumerate(lines, 1)
            if line.strip().startswith(f"{name}:") and command in line
        )
        yield Process(name, command, PROCFILE, next(numbers, 0))


def _settings(texts: Mapping[str, str]) -> Iterator[Setting]:
    """Variables of .env and app.json: https://devcenter.heroku.com/articles/app-json-schema#env."""
    manifest = texts.get("app.json", "")
    for name, value in _app_json(manifest).items():
        yield Setting(name, value, "app.json", _line_of(f'"{name}"', manifest))
    for number, line in enumerate(texts.get(".env", "").splitlines(), 1):
        name, equals, value = line.removeprefix("export ").partition("=")
        if equals and name.strip().isidentifier():
            yield Setting(name.strip(), value.strip().strip("\"'"), ".env", number)


def _line_of(part: str, text: str) -> int:
    """The first line that holds ``part``, 0 if none does."""
    numbers = (number for number, line in enumerate(text.splitlines(), 1) if part in line)
    return next(numbers, 0)


def _app_json(text: str) -> dict[str, str]:
    try:
        variables = parse_json(text or "{}").get("env", {})
        return {name: _value(item) for name, item in variables.items()}
    except (ValueError, AttributeError):
        return {}


def _value(item: object) -> str:
    return str(item.get("value", "")) if isinstance(item, dict) else str(item)


def _of_sources(sources: Iterable[Source]) -> Iterator[Setting]:
    for source in sources:
        for name, value, line in source.variables:
            yield Setting(name, value, source.path, line)

# mypy: ignore-errors
# ruff: noqa: PLC0415, S106, BLE001, ICN001
"""Skeletons, templates, themes, hooks and test tools that packages bring along as their product."""

import asyncio
import contextlib
import io
import os
import subprocess
import sys
import unittest
from pathlib import Path


def run(*arguments: object, at: str = ".") -> str:
    """What ``python -m`` says, run at a folder."""
    done = subprocess.run(
        [sys.executable, "-B", "-m", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=at,
    )
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-600:])
    return done.stdout


def call(asked: str, *arguments: object, at: str = ".") -> str:
    """What a function says, ``module:function``, called as a program is; run at a folder."""
    module, _, name = asked.partition(":")
    code = f"import sys; from {module} import {name} as f; sys.exit(f())"
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=at,
    )
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-600:])
    return done.stdout


def files(folder: str, without: str = "!") -> list[str]:
    root = Path(folder)
    found = (str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    return sorted(name for name in found if ".git/" not in name and without not in name)


def written(path: str, text: str) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, "utf-8")
    return path


def with_aiohttp() -> str:
    """`aiohttp.test_utils`."""
    from aiohttp import web
    from aiohttp.test_utils import TestClient, TestServer

    async def asked() -> str:
        async def hello(_: object) -> object:
            return web.Response(text="hello")

        app = web.Application()
        app.router.add_get("/", hello)
        async with TestClient(TestServer(app)) as client:
            return await (await client.get("/")).text()

    return asyncio.run(asked())


def with_alembic() -> list[str]:
    """Environments from templates, a revision."""
    call("alembic.config:main", "list_templates")
    call("alembic.config:main", "init", "--template", "async", "asynchronous")
    call("alembic.config:main", "-c", "two.ini", "init", "--package", "migrations")
    call("alembic.config:main", "-c", "two.ini", "revision", "-m", "one")
    return [*files("asynchronous"), *files("migrations", "one.py")]


def with_babel() -> str:
    """Locale data."""
    import datetime

    from babel import Locale, dates, numbers

    day = datetime.date(2026, 3, 1)
    told = [dates.format_date(day, "full", locale=one) for one in ("de", "ja", "ar")]
    return f"{told} {numbers.format_currency(1, 'EUR', locale='fr')} {len(Locale('de').languages)}"


def with_behave() -> str:
    """A feature is run."""
    written("b/features/one.feature", "Feature: f\n  Scenario: s\n    Given a thing\n")
    written("b/features/steps/s.py", "from behave import given\n@given('a thing')\ndef f(c): ...\n")
    told = run("behave", "--no-color", at="b").splitlines()
    formats = run("behave", "--format", "help").splitlines()
    return f"{[line for line in told if 'passed' in line]} {len(formats)}"


def with_buildbot() -> list[str]:
    """`buildbot create-master`, with its migrations."""
    call("buildbot.scripts.runner:run", "create-master", "--quiet", "master")
    return files("master")


def with_cookiecutter() -> list[str]:
    """A template, with extensions."""
    from cookiecutter.main import cookiecutter

    written("t/cookiecutter.json", '{"name": "One Two", "slug": "{{ cookiecutter.name|slugify }}"}')
    written("t/{{cookiecutter.slug}}/tests/x.md", "{% now 'utc', '%Y' %} {{ cookiecutter.name }}")
    return files(cookiecutter("t", no_input=True))


def with_copier() -> list[str]:
    """A template."""
    import copier

    written("c/copier.yml", "name: one\n")
    written("c/tests/{{ name }}.md.jinja", "{{ name }}")
    copier.run_copy("c", "copied", defaults=True, quiet=True)
    return files("copied")


def with_distlib() -> list[str]:
    """A script is made."""
    from distlib.scripts import ScriptMaker

    os.makedirs("scripts", exist_ok=True)
    made = ScriptMaker(None, "scripts").make("x = json.tool:main")
    return sorted(map(os.path.basename, made))


def with_django() -> list[str]:
    """REST framework's documentation and browsable API, admin, admindocs, `django.test`."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.urls import path

    settings.configure(
        SECRET_KEY="corpus",
        DEBUG=True,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="urls",
        STATIC_URL="/static/",
        STATIC_ROOT=os.path.abspath("static"),
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            *("django.contrib.admin", "django.contrib.admindocs", "django.contrib.auth"),
            *("django.contrib.contenttypes", "django.contrib.messages", "django.contrib.sessions"),
            *("django.contrib.sites", "django.contrib.flatpages", "django.contrib.staticfiles"),
            *("django.contrib.sitemaps", "rest_framework"),
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        SITE_ID=1,
        REST_FRAMEWORK={"DEFAULT_SCHEMA_CLASS": "rest_framework.schemas.coreapi.AutoSchema"},
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
    )
    django.setup()
    from django.contrib import admin
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import include
    from rest_framework import routers, serializers, viewsets
    from rest_framework.documentation import include_docs_urls
    from rest_framework.schemas import get_schema_view
    from rest_framework.test import APIClient

    class Told(serializers.ModelSerializer):
        class Meta:
            model = User
            fields = ("username",)

    class Users(viewsets.ModelViewSet):
        queryset = User.objects.all()
        serializer_class = Told

    router = routers.DefaultRouter()
    router.register("users", Users)
    urls = type(sys)("urls")
    urls.urlpatterns = [
        path("api/", include(router.urls)),
        path("docs/", include_docs_urls(title="Ours")),
        path("schema/", get_schema_view(title="Ours")),
        path("admin/doc/", include("django.contrib.admindocs.urls")),
        path("admin/", admin.site.urls),
    ]
    sys.modules["urls"] = urls
    call_command("migrate", verbosity=0)
    call_command("collectstatic", "--no-input", verbosity=0)
    User.objects.create_superuser("ann", "a@example.org", "secret")
    client = Client(raise_request_exception=False)
    client.login(username="ann", password="secret")
    found = [f"{len(files('static'))} static"]
    for place in (
        *("/api/", "/api/users/", "/docs/", "/docs/schema.js", "/schema/", "/nowhere", "/admin/"),
        *("/admin/doc/tags/", "/admin/doc/models/", "/admin/auth/user/add/"),
    ):
        got = client.get(place, HTTP_ACCEPT="text/html")
        found.append(f"{place} {got.status_code} {len(got.content) > 1000}")
    posted = APIClient().post("/api/users/", {"username": "bob"}, format="json")
    return [*found, str(posted.status_code)]


def with_django_templates() -> list[str]:
    """`startproject`, `startapp`."""
    run("django", "startproject", "site1")
    run("django", "startapp", "app1")
    return [*files("site1"), *files("app1")]


def with_docutils() -> list[str]:
    """Every writer, an include of a standard file."""
    from docutils.core import publish_string

    text = (
        ".. include:: <isonum.txt>\n.. default-role:: math\n\nOne |copy|\n\n"
        ".. code:: python\n\n   x = 1\n\n`a^2`\n"
    )
    found = []
    for writer in ("html5", "html4", "s5", "latex", "manpage", "odt", "xml", "xetex"):
        made = publish_string(text, writer=writer)
        found.append(f"{writer} {len(made) // 1000}")
    return found


def with_docx() -> str:
    """The default document, a template."""
    import docx
    from docxtpl import DocxTemplate

    document = docx.Document()
    document.add_heading("{{ name }}")
    document.sections[0].header.paragraphs[0].text = "head"
    document.sections[0].footer.paragraphs[0].text = "foot"
    document.save("one.docx")
    template = DocxTemplate("one.docx")
    template.render({"name": "Ann"})
    template.save("two.docx")
    return docx.Document("two.docx").paragraphs[0].text


def with_faker() -> list[str]:
    """Providers of four locales."""
    from faker import Faker

    Faker.seed(1)
    return [Faker(one).name() for one in ("de_DE", "ja_JP", "pl_PL")] + [Faker().file_name()]


def with_flask() -> str:
    """The test client, the command line."""
    import flask

    app = flask.Flask("x")
    app.add_url_rule("/", view_func=lambda: flask.render_template_string("{{ 1 + 1 }}"))
    ran = app.test_cli_runner().invoke(args=["--help"])
    return f"{app.test_client().get('/').text} {ran.exit_code} {len(ran.output) > 100}"


def with_hypothesis() -> str:
    """Strategies from data, `find`."""
    from hypothesis import find, given, settings
    from hypothesis import strategies as st

    @settings(max_examples=20, database=None)
    @given(st.emails(), st.from_regex("a+b"))
    def tried(mail: str, text: str) -> None:
        assert "@" in mail
        assert "b" in text

    tried()
    return str(find(st.integers(), lambda n: n > 41, settings=settings(database=None)))


def with_invoke() -> str:
    """Tasks, shell completion."""
    written("i/tasks.py", "from invoke import task\n@task\ndef hi(c): c.run('echo hi')\n")
    completion = len(run("invoke", "--print-completion-script", "bash")) > 100
    return f"{run('invoke', 'hi', at='i').strip()} {completion}"


def with_meson() -> list[str]:
    """`meson setup`, `meson init`."""
    written(
        "m/meson.build",
        "project('x', version: '1')\nconfigure_file(output: 'a.h', configuration: {'A': 1})\n",
    )
    call("mesonbuild.mesonmain:main", "setup", "m", "built", "--backend=none")
    os.makedirs("m/sub")
    call("mesonbuild.mesonmain:main", "init", "--language=c", "--name=n", at="m/sub")
    return [*files("m/sub"), str(os.path.isfile("built/a.h"))]


def with_mkdocs() -> list[str]:
    """`mkdocs new`, three themes."""
    run("mkdocs", "new", "book")
    found = []
    for theme in ("mkdocs", "readthedocs", "material"):
        written("book/mkdocs.yml", f"site_name: x\ntheme: {{name: {theme}, locale: de}}\n")
        run("mkdocs", "build", "--quiet", "--site-dir", f"../{theme}", at="book")
        size = len(Path(theme, "index.html").read_text("utf-8")) // 100
        found.append(f"{theme} {len(files(theme))} {size}")
    return found


def with_moto() -> list[str]:
    """Mocked EC2, S3, SQS, IAM, DynamoDB, with their data."""
    import boto3
    from moto import mock_aws

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ[name] = "testing"
    with mock_aws():
        ec2 = boto3.client("ec2", region_name="eu-west-1")
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="our-bucket")
        sqs = boto3.client("sqs", region_name="eu-west-1")
        sqs.create_queue(QueueName="q")
        iam = boto3.client("iam")
        table = boto3.resource("dynamodb", region_name="eu-west-1").create_table(
            TableName="t",
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        table.put_item(Item={"k": "v"})
        return [
            str(len(ec2.describe_instance_types()["InstanceTypes"])),
            str(len(ec2.describe_images()["Images"])),
            str(len(iam.list_policies(MaxItems=100)["Policies"])),
            str(table.scan()["Count"]),
            str(len(s3.list_buckets()["Buckets"])),
        ]


def with_opentelemetry() -> str:
    """Semantic conventions called test_attributes."""
    from opentelemetry.semconv._incubating.attributes import test_attributes

    return test_attributes.TEST_CASE_NAME


def with_pelican() -> list[str]:
    """Two themes."""
    written("p/content/one.md", "Title: One\nDate: 2026-01-01\n\ntext\n")
    written("p/content/two.rst", "Two\n###\n\n:date: 2026-01-02\n\ntext\n")
    found = []
    for theme in ("notmyidea", "simple"):
        run("pelican", "content", "-t", theme, "-o", f"../pelican-{theme}", "-q", at="p")
        found.append(f"{theme} {len(files(f'pelican-{theme}'))}")
    return found


def with_pygments() -> list[str]:
    """Lexers, styles, a formatter."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_all_lexers, get_lexer_by_name
    from pygments.styles import get_all_styles

    formatter = HtmlFormatter(full=True, style="monokai")
    made = [
        str(len(highlight("a = 1", get_lexer_by_name(one), formatter)))
        for one in ("robotframework", "c")
    ]
    return [*made, str(len(list(get_all_lexers()))), str(len(list(get_all_styles())))]


def with_pyinstaller() -> str:
    """A program is frozen, with hooks."""
    written("hello.py", "import sqlite3, docutils.core, babel.dates\nprint('hello')\n")
    run("PyInstaller", "--log-level", "ERROR", "--onedir", "--noconfirm", "hello.py")
    kept = len(files("dist/hello/_internal/docutils")) > 20
    told = subprocess.run(["dist/hello/hello"], capture_output=True, text=True, check=True)
    return f"{told.stdout.strip()} {kept}"


def with_pyramid() -> str:
    """`pyramid.testing`, an app."""
    from pyramid import testing
    from pyramid.config import Configurator
    from pyramid.scripts.proutes import PRoutesCommand

    config = Configurator()
    testing.setUp()
    return f"{type(config.make_wsgi_app()).__name__} {PRoutesCommand.__name__}"


def with_pyscaffold() -> list[str]:
    """`putup`."""
    os.environ |= {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org"}
    os.environ |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
    written(".gitconfig", "[user]\nname = a\nemail = a@example.org\n")
    call("pyscaffold.cli:run", "--no-config", "--cirrus", "--namespace", "n", "scaffolded")
    return files("scaffolded")


def with_pytest() -> str:
    """A run, with pytester."""
    written("q/test_one.py", "def test_one(tmp_path, capsys): assert tmp_path\n")
    written(
        "q/test_two.py",
        "pytest_plugins = 'pytester'\ndef test_two(pytester):\n"
        "    pytester.makepyfile(test_inner='def test(): pass')\n"
        "    pytester.runpytest().assert_outcomes(passed=1)\n",
    )
    told = run("pytest", "-q", "-p", "no:cacheprovider", "q").splitlines()
    return told[-1].partition(" in ")[0]


def with_robotframework() -> list[str]:
    """A run with its logs, `libdoc`."""
    written(
        "r/one.robot", "*** Test Cases ***\nOne\n    Log    text\n    Should Be Equal    a    a\n"
    )
    told = run("robot", "--outputdir", "robot", "r/one.robot")
    run("robot.libdoc", "BuiltIn", "robot/BuiltIn.html")
    sizes = [f"{name} {os.path.getsize(f'robot/{name}') // 10_000}" for name in files("robot")]
    return [*sizes, str("1 passed" in told)]


def with_scikit_build_core() -> list[str]:
    """A wheel built with its CMake modules."""
    from scikit_build_core.build import build_wheel

    written(
        "s/pyproject.toml",
        '[build-system]\nrequires = ["scikit-build-core"]\n'
        '[project]\nname = "x"\nversion = "1"\n'
        '[tool.scikit-build]\ncmake.version = ">=3.15"\nninja.make-fallback = true\n',
    )
    written(
        "s/CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.15)\nproject(x LANGUAGES C)\n"
        "find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)\n"
        "python_add_library(one MODULE one.c WITH_SOABI)\ninstall(TARGETS one DESTINATION .)\n",
    )
    written(
        "s/one.c",
        "#include <Python.h>\nstatic struct PyModuleDef d = {PyModuleDef_HEAD_INIT, "
        '"one", 0, -1, 0};\nPyMODINIT_FUNC PyInit_one(void) { return PyModule_Create(&d); }\n',
    )
    with contextlib.chdir("s"), contextlib.redirect_stdout(io.StringIO()):
        return [build_wheel("../wheels")]


def with_scrapy() -> list[str]:
    """`startproject`, `genspider`."""
    call("scrapy.cmdline:execute", "startproject", "spiders")
    for template in ("basic", "crawl", "csvfeed", "xmlfeed"):
        asked = ("genspider", "-t", template, f"s{template}", "example.org")
        call("scrapy.cmdline:execute", *asked, at="spiders")
    listed = call("scrapy.cmdline:execute", "list", at="spiders").split()
    return [*files("spiders"), *listed]


def with_setuptools() -> list[str]:
    """A wheel and a source archive."""
    written("u/setup.py", "from setuptools import setup\nsetup(name='x', packages=['x'])\n")
    written("u/x/__init__.py", "")
    code = "import setuptools.build_meta as b; print(b.build_wheel('.'), b.build_sdist('.'))"
    subprocess.run([sys.executable, "-B", "-c", code], cwd="u", check=True, capture_output=True)
    return files("u")


def with_sphinx() -> list[str]:
    """`quickstart`, autosummary, seven themes, eight builders."""
    asked = ("-q", "-p", "Ours", "-a", "Ann", "-v", "1", "--ext-autodoc", "book2")
    call("sphinx.cmd.quickstart:main", *asked)
    with open("book2/conf.py", "a", encoding="utf-8") as file:
        file.write(
            "extensions += ['sphinx.ext.autosummary', 'sphinx.ext.viewcode', 'sphinx.ext.graphviz',"
            " 'sphinx.ext.mathjax', 'sphinx.ext.inheritance_diagram']\n"
            "import os\nhtml_theme = os.environ.get('THEME', 'alabaster')\n"
        )
    with open("book2/index.rst", "a", encoding="utf-8") as file:
        file.write(
            "\n.. autosummary::\n   :toctree: made\n   :recursive:\n\n   json\n\n"
            ".. automodule:: colorsys\n   :members:\n\n:math:`a^2`\n"
        )
    found = []
    themes = ("alabaster", "furo", "sphinx_rtd_theme", "classic", "nature", "agogo", "bizstyle")
    for theme in themes:
        os.environ["THEME"] = theme
        run("sphinx", "-q", "-b", "html", "book2", f"html-{theme}")
        found.append(f"{theme} {len(files(f'html-{theme}', '.doctrees'))}")
    for builder in ("latex", "epub", "man", "texinfo", "text", "singlehtml", "gettext", "changes"):
        run("sphinx", "-q", "-b", builder, "book2", f"out-{builder}")
        found.append(f"{builder} {len(files(f'out-{builder}', '.doctrees'))}")
    run("sphinx.ext.apidoc", "-o", "api", "u/x")
    return [*found, *files("api")]


def with_sqlalchemy() -> str:
    """`sqlalchemy.testing`."""
    from sqlalchemy.testing import assertions, config, fixtures

    assertions.eq_(1, 1)
    return f"{fixtures.TestBase.__name__} {config.Config.__name__}"


def with_testcontainers() -> str:
    """Containers are described."""
    from testcontainers.core.waiting_utils import wait_container_is_ready
    from testcontainers.postgres import PostgresContainer

    return f"{PostgresContainer.__name__} {callable(wait_container_is_ready)}"


def with_textual() -> str:
    """An app without a terminal."""
    from textual.app import App
    from textual.widgets import Button, DataTable, Footer, Header, Input, Markdown, TextArea

    class Ours(App):
        CSS = "Button { width: 10; }"

        def compose(self) -> object:
            yield Header()
            yield from (Button("one"), Input(), DataTable(), Markdown("# a\n\n- b"))
            yield TextArea("x = 1", language="python")
            yield Footer()

    async def asked() -> str:
        app = Ours()
        async with app.run_test() as pilot:
            await pilot.press("tab")
            return f"{len(app.export_screenshot()) // 10_000} {app.theme}"

    return asyncio.run(asked())


def with_tornado() -> str:
    """`tornado.testing`."""
    from tornado import testing, web

    class Told(testing.AsyncHTTPTestCase):
        def get_app(self) -> object:
            return web.Application([("/x", web.RedirectHandler, {"url": "/"})])

        def test_it(self) -> None:
            assert self.fetch("/nothing").code == 404

    done = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Told).run(done)
    return f"{done.testsRun} {done.errors} {done.failures}"


def with_twisted() -> str:
    """`trial`, plugins of `twist`."""
    written(
        "v/test_it.py",
        "from twisted.trial import unittest\nfrom twisted.internet import defer\n"
        "from twisted.internet.testing import MemoryReactorClock\n"
        "class T(unittest.TestCase):\n"
        "    def test_it(self):\n        MemoryReactorClock()\n        return defer.succeed(1)\n",
    )
    told = run("twisted.trial", "test_it", at="v").splitlines()
    plugins = run("twisted", "--help")
    return f"{told[-1]} {len(plugins.splitlines())}"


def with_zope_testrunner() -> str:
    """A test run with `zope.testing`."""
    written("z/pkg/__init__.py", "")
    written("z/pkg/tests/__init__.py", "")
    written(
        "z/pkg/tests/test_it.py",
        "import unittest\nfrom zope.testing import renormalizing, cleanup\n"
        "class T(unittest.TestCase):\n    def test_it(self): cleanup.cleanUp()\n",
    )
    told = run("zope.testrunner", "--path", "z", "--test-path", "z").strip().splitlines()
    return " ".join(told[-1].split()[:4])


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

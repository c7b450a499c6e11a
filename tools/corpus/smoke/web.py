# mypy: ignore-errors
# ruff: noqa: PLC0415, S106
"""A Wagtail site on sqlite, its admin and sign-up pages, a websocket, an eager task."""

import sys

SECRET = "corpus" * 8


def prepare() -> None:
    import django
    from django.conf import settings

    contrib = ("admin", "auth", "contenttypes", "messages", "sessions", "sites", "staticfiles")
    wagtail = (
        *("contrib.forms", "contrib.redirects", "contrib.settings", "contrib.search_promotions"),
        *("contrib.styleguide", "contrib.frontend_cache", "contrib.table_block"),
        *("contrib.simple_translation", "contrib.typed_table_block", "contrib.routable_page"),
        *("embeds", "sites", "users", "snippets", "documents", "images", "search", "admin"),
        *("api.v2", "locales"),
    )
    middleware = ("sessions.middleware.Session", "auth.middleware.Authentication")
    processors = ("template.context_processors.request", "contrib.auth.context_processors.auth")
    options = {
        "context_processors": [
            *(f"django.{name}" for name in processors),
            "django.contrib.messages.context_processors.messages",
        ]
    }
    settings.configure(
        INSTALLED_APPS=[
            "daphne",
            *(f"wagtail.{name}" for name in wagtail),
            *("wagtail", "modelsearch", "modelcluster", "taggit", "django_filters"),
            *(f"django.contrib.{name}" for name in contrib),
            *("rest_framework", "rest_framework.authtoken", "channels", "django_tasks"),
            *("allauth", "allauth.account", "allauth.socialaccount"),
            *("allauth.headless", "allauth.usersessions"),
            *("allauth.socialaccount.providers.github", "allauth.socialaccount.providers.google"),
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        MIDDLEWARE=[
            *(f"django.contrib.{name}Middleware" for name in middleware),
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": options,
            }
        ],
        CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
        ROOT_URLCONF="urls",
        SECRET_KEY=SECRET,
        SITE_ID=1,
        STATIC_URL="/static/",
        STATIC_ROOT="static",
        USE_TZ=True,
        ALLOWED_HOSTS=["*"],
        WAGTAIL_SITE_NAME="corpus",
        WAGTAILADMIN_BASE_URL="http://localhost",
    )
    django.setup()


def with_pages() -> None:
    import types

    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client
    from django.urls import include, path
    from django.utils import translation
    from wagtail import urls as wagtail_urls
    from wagtail.admin import urls as admin_urls

    urls = types.ModuleType("urls")
    urls.urlpatterns = [
        path("cms/", include(admin_urls)),
        path("accounts/", include("allauth.urls")),
        path("", include(wagtail_urls)),
    ]
    sys.modules["urls"] = urls
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("check")
    boss = User.objects.create_superuser("ann", password="secret")
    client = Client()
    assert client.get("/accounts/login/").status_code == 200
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    assert b"corpus" in client.get("/cms/").content
    assert client.get("/cms/pages/").status_code in {200, 302}
    with translation.override("de"):
        assert translation.gettext("Explore") != ""
        assert translation.gettext("Monday") == "Montag"


def with_sockets() -> None:
    import asyncio

    from channels.generic.websocket import AsyncWebsocketConsumer
    from channels.testing import WebsocketCommunicator
    from daphne.server import Server

    class Echo(AsyncWebsocketConsumer):
        async def receive(self, text_data: str) -> None:
            await self.send(text_data=text_data)

    async def talk() -> str:
        talking = WebsocketCommunicator(Echo.as_asgi(), "/")
        assert (await talking.connect())[0]
        await talking.send_to(text_data="hello")
        return await talking.receive_from()

    assert asyncio.run(talk()) == "hello"
    assert Server(Echo.as_asgi(), endpoints=["tcp:port=0:interface=127.0.0.1"])


def with_tasks() -> None:
    import celery

    app = celery.Celery("corpus", broker="memory://", backend="cache+memory://")
    app.conf.task_always_eager = True

    @app.task
    def three() -> int:
        return 3

    assert three.delay().get() == 3


def main() -> None:
    prepare()
    with_pages()
    with_sockets()
    with_tasks()
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()

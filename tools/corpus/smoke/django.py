# mypy: ignore-errors
# ruff: noqa: PLC0415, S106
"""A shop: migrations on sqlite, an API answered by REST framework, a task, stubbed AWS calls."""

import sys

SECRET = "corpus" * 8


def prepare() -> None:
    import django
    from django.conf import settings

    contrib = ("admin", "auth", "contenttypes", "messages", "postgres", "sessions", "sites")
    settings.configure(
        INSTALLED_APPS=[
            *(f"django.contrib.{name}" for name in contrib),
            "django.contrib.staticfiles",
            "rest_framework",
            "rest_framework.authtoken",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        MIDDLEWARE=["whitenoise.middleware.WhiteNoiseMiddleware"],
        ROOT_URLCONF="urls",
        SECRET_KEY=SECRET,
        STATIC_ROOT="static",
        STATIC_URL="/static/",
        USE_TZ=True,
        ALLOWED_HOSTS=["*"],
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
    )
    django.setup()


def with_django() -> None:
    import types

    from django.core.management import call_command
    from django.test import Client
    from django.urls import path
    from django.utils import translation
    from rest_framework import serializers, viewsets
    from rest_framework.authtoken.models import Token

    from django.contrib.auth.models import User  # isort: skip - after setup, like the others

    class UserSerializer(serializers.ModelSerializer):
        class Meta:
            model = User
            fields = ("username",)

    class Users(viewsets.ModelViewSet):
        queryset = User.objects.all()
        serializer_class = UserSerializer

    urls = types.ModuleType("urls")
    urls.urlpatterns = [path("users/", Users.as_view({"get": "list"}))]
    sys.modules["urls"] = urls
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    user = User.objects.create_user("ann", password="secret")
    assert Token.objects.create(user=user).key
    assert Client().get("/users/?format=json").json() == [{"username": "ann"}]
    assert b"<html" in Client().get("/users/", HTTP_ACCEPT="text/html").content
    with translation.override("fr"):
        assert translation.gettext("Monday") == "lundi"


def with_services() -> None:
    import boto3
    import celery
    import psycopg2
    import sentry_sdk
    from botocore.stub import Stubber
    from cryptography.fernet import Fernet
    from gunicorn.app.wsgiapp import WSGIApplication

    app = celery.Celery("corpus", broker="memory://", backend="cache+memory://")
    app.conf.task_always_eager = True

    @app.task
    def three() -> int:
        return 3

    assert three.delay().get() == 3
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-west-1"}
    client = boto3.client("sqs", **keys)
    with Stubber(client) as stub:
        stub.add_response("list_queues", {"QueueUrls": ["https://example.org/q"]})
        assert client.list_queues()["QueueUrls"]
    assert boto3.resource("s3", **keys).Bucket("b").Object("k").key == "k"
    assert psycopg2.extensions.libpq_version() > 0
    key = Fernet(Fernet.generate_key())
    assert key.decrypt(key.encrypt(b"secret")) == b"secret"
    sent = []
    sentry_sdk.init("https://key@example.org/1", transport=sent.append)
    sentry_sdk.capture_message("hello")
    sentry_sdk.flush()
    assert sent
    assert WSGIApplication.__mro__


def main() -> None:
    prepare()
    with_django()
    with_services()
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()

# mypy: ignore-errors
# ruff: noqa: PLC0415, S106, ICN001
"""A stubbed S3 call, a Django model on sqlite with a translation, a template, a graph, a filter."""

import sys


def prepare() -> None:
    import django

    # Each module of scikit-image loads these anew; once before the forks is enough.
    import numpy
    import scipy.ndimage
    import scipy.sparse
    from django.conf import settings

    assert all((numpy, scipy.ndimage, scipy.sparse))
    settings.configure(
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "django.contrib.sites",
            "django.contrib.staticfiles",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        SECRET_KEY="corpus",
        USE_TZ=True,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    )
    django.setup()


def with_boto3() -> None:
    import boto3
    from botocore.stub import Stubber

    client = boto3.client(
        "s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stub:
        body = {"Buckets": [{"Name": "one"}]}
        stub.add_response("list_buckets", body)
        assert client.list_buckets()["Buckets"][0]["Name"] == "one"
    table = boto3.resource("dynamodb", region_name="eu-west-1").Table("t")
    assert table.name == "t"
    assert "DynamoDB" in type(table).get_available_subresources.__doc__ or table.meta


def with_django() -> None:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.utils import translation

    call_command("migrate", verbosity=0)
    User.objects.create_user("ann", password="secret")
    with translation.override("de"):
        assert translation.gettext("Monday") == "Montag"
    assert User.objects.get(username="ann").check_password("secret")


def with_science() -> None:
    import jinja2
    import networkx
    import numpy as np
    import skimage as ski
    from skimage import data, filters

    assert jinja2.Template("{% for n in l %}{{ n }},{% endfor %}").render(l=[1, 2]) == "1,2,"
    graph = networkx.karate_club_graph()
    assert len(networkx.community.louvain_communities(graph, seed=1)) > 1
    image = data.camera()
    assert filters.sobel(image.astype(float)).max() > 0
    assert ski.measure.label(np.eye(4)).max() == 1
    assert ski.transform.resize(image, (8, 8)).shape == (8, 8)


def main() -> None:
    prepare()
    with_boto3()
    with_django()
    with_science()
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()

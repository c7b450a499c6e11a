"""Descriptions of services: those that something asks for stay, and all if nobody can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pythons import settings
from slugfit.plan.make import make_plan
from slugfit.settings.config_vars import ConfigVars
from slugfit.settings.current_run import Run
from trees import SITE, Content, distribution, plant, slug

if TYPE_CHECKING:
    from pathlib import Path

DATA = f"{SITE}/botocore/data"
ALL = {"s3", "sqs", "ec2", "lambda"}
BOTO = {
    **distribution(
        "botocore",
        "1.0",
        {
            "botocore/__init__.py": "NAMES = ['ec2', 'lambda']\n",
            "botocore/data/endpoints.json": "{}",
            **{f"botocore/data/{name}/2010-01-01/service-2.json": "{}" for name in sorted(ALL)},
        },
    ),
    **distribution(
        "boto3", "1.0", {"boto3/__init__.py": "import botocore\nx.get_available_services()\n"}
    ),
}
CLIENT = "import boto3\nboto3.client({!r})\n"


def described(root: Path, site: dict[str, Content], run: Run | None = None) -> set[str]:
    """The services that are still described."""
    plant(root, {**slug({**BOTO, **site}), "Procfile": "web: python app.py\n"})
    plan = make_plan(root, settings(LEVEL="unused", WORTH="0"), run or Run())
    left = [item.path for item in plan.decisions if item.action == "keep"]
    assert f"{DATA}/endpoints.json" in left
    return {
        path[len(DATA) + 1 :].split("/")[0]
        for path in left
        if path.startswith(f"{DATA}/") and path.count("/") > DATA.count("/") + 1
    }


@pytest.mark.parametrize(
    ("source", "left"),
    [
        (CLIENT.format("sqs"), {"s3", "sqs"}),
        ("import boto3\nboto3.resource(service_name='sqs')\n", {"s3", "sqs"}),
        ("import boto3\nQUEUE = 'sqs'\nx = boto3.client(QUEUE)\n", ALL),
        ("from boto3.session import Session\nSession().client(**given)\n", ALL),
        ("import boto3\nfor name in names: boto3.client(f'{name}')\n", ALL),
        ("import boto3\nboto3.Session().get_available_services()\n", ALL),
        ("import boto3\nhttp.client()\n", {"s3"}),
        ("import botocore\nsession.create_client('lambda')\n", {"s3", "lambda"}),
    ],
)
def test_the_app_names_its_services(tmp_path: Path, source: str, left: set[str]) -> None:
    plant(tmp_path, {"app.py": source})
    assert described(tmp_path, {}) == left


def test_another_module_s_calls_are_the_app_s_too(tmp_path: Path) -> None:
    plant(tmp_path, {"app.py": "import boto3\n", "cloud.py": "def get(s, n): s.client(n)\n"})
    assert described(tmp_path, {}) == ALL


@pytest.mark.parametrize(
    ("library", "left"),
    [
        ("import boto3\nboto3.client('sqs')\n", {"s3", "sqs"}),
        ("import boto3\ndef get(name):\n    return boto3.client(name)\n", {"s3"}),
        ("NAMES = ['sqs', 'ec2', 'lambda']\n", {"s3"}),
        ("import boto3\nnames = boto3.Session().get_available_services()\n", ALL),
    ],
)
def test_a_library_names_its_services(tmp_path: Path, library: str, left: set[str]) -> None:
    plant(tmp_path, {"app.py": "import boto3, lib\n"})
    assert described(tmp_path, distribution("lib", "1.0", {"lib.py": library})) == left


def test_settings_name_services(tmp_path: Path) -> None:
    plant(tmp_path / "env", {"QUEUES": "sqs"})
    plant(tmp_path / "app", {"app.py": "import boto3\n", "services.yaml": "- lambda\n"})
    run = Run(config_vars=ConfigVars(tmp_path / "env"))
    assert described(tmp_path / "app", {}, run) == {"s3", "sqs", "lambda"}


def test_google_s_documents_are_named_by_their_services(tmp_path: Path) -> None:
    folder = "googleapiclient/discovery_cache/documents"
    files = {
        f"{folder}/{name}.json": "{}" for name in ("drive.v3", "drive.v2", "gmail.v1", "index")
    }
    site = distribution(
        "google-api-python-client", "2.0", {"googleapiclient/discovery.py": "", **files}
    )
    app = "from googleapiclient.discovery import build\nbuild('drive', 'v3')\n"
    root = plant(tmp_path, {**slug(site), "app.py": app, "Procfile": "web: python app.py\n"})
    plan = make_plan(root, settings(LEVEL="unused", WORTH="0"), Run())
    gone = {item.path for item in plan.decisions if item.rule == "service-data"}
    assert gone == {f"{SITE}/{folder}/gmail.v1.json"}

"""SERVICE_DATA: packages that carry a description of each service of a provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ServiceData:
    """Descriptions of services, of which a client reads the one that it is made for."""

    distribution: str
    """Whose files they are."""
    folder: str
    """Where they are, from site-packages: a folder or file for each service."""
    factories: frozenset[str]
    """The functions and methods whose first argument names a service."""
    users: frozenset[str]
    """Top-level modules through which an app gets at these."""
    listers: frozenset[str]
    """Functions that tell which services there are: who calls them can want any."""
    always: frozenset[str]
    """Services that the package asks by itself."""
    source: str
    """Where all of this is told."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of services."""


SERVICE_DATA = (
    ServiceData(
        "botocore",
        "botocore/data",
        frozenset(("client", "resource", "create_client")),
        frozenset(("boto3", "botocore", "aioboto3", "aiobotocore", "types_boto3")),
        frozenset(
            (
                *("get_available_services", "get_available_resources"),
                *("list_available_services", "get_service_data"),
            )
        ),
        # Credentials of roles and of single sign-on come from these, files of s3:// from the first.
        frozenset(("s3", "sts", "sso", "sso-oidc", "signin")),
        "https://boto3.amazonaws.com/v1/documentation/api/latest/guide/credentials.html",
        {"runtime.sagemaker": "sagemaker-runtime"},
    ),
    ServiceData(
        "google-api-python-client",
        "googleapiclient/discovery_cache/documents",
        frozenset(("build",)),
        frozenset(("googleapiclient", "apiclient")),
        frozenset(),
        frozenset(),
        "https://googleapis.github.io/google-api-python-client/docs/start.html",
    ),
)

"""No password, token or query of SLUGFIT_UPSTREAM is ever shown."""

from __future__ import annotations

import pytest

from buildpacks import CANARY, Buildpack

pytestmark = pytest.mark.usefixtures("idle")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("user", ["user:{}@", "{}@", "user:a/{}@", "user:{}/a@", "u:@{}@"])
@pytest.mark.parametrize("path", ["repo.git#v1", "repo#" + "1" * 40, "up.tgz", "up.zip?key={}"])
def test_credentials_are_never_printed(pack: Buildpack, scheme: str, user: str, path: str) -> None:
    place = user.format(CANARY) + "127.0.0.1:1/" + path.format(CANARY)
    pack.config(SLUGFIT_UPSTREAM=f"{scheme}://{place}")
    ran = pack.compile(GIT_TRACE="1", GIT_CURL_VERBOSE="1")
    assert (ran.code, ran.err) == (1, "")
    assert f" !     From:   {scheme}://" in ran.out
    assert "- Add heroku/python before Slugfit." in ran.out


@pytest.mark.parametrize(
    "user", ["{}/a@", "{}?a@", "{}#a@", "u:a?{}@", "u:a#{}@", "u:a'{}@", "u:a {}@", "u:%2F{}@"]
)
@pytest.mark.parametrize("path", ["up.git", "up.git?key={}#v1", "up.git#a={}", "up.tgz?key={}"])
def test_what_git_and_curl_say_is_shown_without_secrets(
    pack: Buildpack, user: str, path: str
) -> None:
    place = user.format(CANARY) + "127.0.0.1:1/" + path.format(CANARY)
    pack.config(SLUGFIT_UPSTREAM=f"http://{place}")
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert " !     Reason: " in ran.out


@pytest.mark.parametrize("path", ["repo.git?key={}", "repo.git?key={}#v1", "repo.git#key={}"])
def test_gits_own_message_is_shown_without_the_query(pack: Buildpack, path: str) -> None:
    pack.config(SLUGFIT_UPSTREAM="http://127.0.0.1:1/" + path.format(CANARY))
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert " !     Reason: fatal: unable to access 'http://127.0.0.1:1/repo.git" in ran.out

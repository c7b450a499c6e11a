"""A Django site with sign-in through GitHub and Google.

Dynamic: social-auth's backends, strategy, storage and pipeline steps by string, one of the steps the
app's own; allauth's providers in INSTALLED_APPS; context processors and authentication backends by string.
"""

from drive import main, release, run, say, serving


def steps():
    code = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'; django.setup();"
        "from social_django.utils import load_strategy, load_backend; s = load_strategy();"
        "print(sorted(type(load_backend(s, n, None)).__name__ for n in ('github', 'google-oauth2')));"
        "from django.conf import settings; from social_core.utils import module_member as m;"
        "print([m(n).__module__ for n in settings.SOCIAL_AUTH_PIPELINE])"
    )
    say("loaded", run("python", "-c", code))


def serves():
    say("release", release().splitlines()[-1])
    with serving() as client:
        status, headers, _ = client.ask("/oauth/login/github/", method="POST")
        say("github", status, headers["Location"].partition("?")[0])
        status, headers, _ = client.ask("/oauth/login/google-oauth2/", method="POST")
        say("google", status, headers["Location"].partition("?")[0])
        status, _, text = client.ask("/accounts/login/")
        say("allauth", status, b"gitlab" in text.lower())


main(steps, serves)

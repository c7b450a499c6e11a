"""A Django site that keeps its uploads in S3 and its cache in Redis.

Dynamic: STORAGES' backend by string (django-storages, boto3), CACHES by string (django-redis with a
client class by string), django-environ's URL schemes for the database, cache and e-mail.
"""

from drive import main, run, say

SETUP = "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'; django.setup();"


def told(code):
    return run("python", "-c", SETUP + code)


def stores():
    say(
        "media",
        told(
            "from django.core.files.storage import default_storage as s; u = s.url('a.png');"
            "print(type(s._wrapped).__name__, u.partition('?')[0], 'Signature' in u)"
        ),
    )


def caches():
    say(
        "cache",
        told(
            "from django.core.cache import caches as c; c['default'].set('a', [1, 2]);"
            "print(c['default'].get('a'), type(c['default']).__name__, c['local'].get('a'))"
        ),
    )


def mails():
    say(
        "mail",
        told(
            "from django.core import mail; print(mail.send_mail('a', 'b', 'x@example.org', ['y@example.org']));"
            "print(mail.get_connection().__class__.__module__)"
        ),
    )


def databases():
    say(
        "database",
        told(
            "from django.db import connections as c; print(c['default'].vendor, c['archive'].vendor);"
            "print(c['archive'].Database.__name__, c['default'].cursor().execute('select 1').fetchone())"
        ),
    )


main(stores, caches, mails, databases)

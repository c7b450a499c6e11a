"""A Django shop with its admin, password hashers and a second database.

Dynamic: INSTALLED_APPS, dj-database-url's ENGINE from DATABASE_URL and REPORTING_URL (psycopg2),
argon2 and bcrypt as PASSWORD_HASHERS, whitenoise as a MIDDLEWARE, crispy's template pack by name,
a release command in the Procfile.
"""

from drive import main, release, run, say, serving


def releases():
    say("release", release().splitlines()[-1])
    code = (
        "from django.contrib.auth.models import User; u = User.objects.create_superuser('ann', password='x1');"
        "print(u.password.split('$')[0]); from django.contrib.auth.hashers import make_password, check_password;"
        "p = make_password('y', hasher='bcrypt_sha256'); print(p.split('$')[0], check_password('y', p));"
        "from django.db import connections; print(connections['reporting'].Database.__name__)"
    )
    say("hashers", run("python", "manage.py", "shell", "--no-imports", "-c", code))
    say("check", run("python", "manage.py", "check"))


def serves():
    with serving() as client:
        say("shop", client.text("/"))
        status, headers, text = client.ask("/static/shop/shop.css")
        say("static", status, headers["Content-Type"], headers["Cache-Control"], text)
        status, _, text = client.ask("/admin/login/")
        say("admin", status, b"csrfmiddlewaretoken" in text)
        status, _, text = client.ask("/order/")
        say("form", status, b"form-control" in text, text.count(b"div_id_"))


main(releases, serves)

# mypy: ignore-errors
"""Django, REST framework, Celery and boto3."""

import json

from drive import main, run, say, serving


def commands():
    say("check", run("python", "manage.py", "check"))
    run("python", "manage.py", "migrate", "--verbosity", "0")
    code = "from shop.models import Product; print(Product.objects.get_or_create(name='Tea', price='3.5')[0])"
    say("shell", run("python", "manage.py", "shell", "--no-imports", "-c", code))


def serves():
    with serving() as client:
        for language in ("en", "de"):
            status, _, text = client.ask("/", Accept_Language=language)
            say("home", status, f'lang="{language}"'.encode() in text, len(text) > 200)
        say("link", b"X-Amz-Signature=" in client.ask("/upload-link/")[2])
        say("seal", json.loads(client.ask("/seal/?text=x")[2])["text"])
        say("postgres", client.text("/postgres/"))
        head = {"Content-Type": "application/json"}
        say("quote", client.text("/api/quote/", '{"prices": ["1.10", "2.20"]}', **head))
        say("products", client.text("/api/products/?format=json"))
        say("browsable", client.ask("/api/products/", Accept="text/html")[0])
        say("admin", client.ask("/admin/login/")[0])
        say(
            "static",
            client.ask("/static/shop/site.css")[0],
            client.ask("/static/admin/css/base.css")[0],
        )


main(commands, serves)

"""A REST API with Django REST framework, filters and an OpenAPI schema.

Dynamic: renderer, parser, throttle, pagination, schema and filter classes by string in
REST_FRAMEWORK; drf-spectacular's and django-filter's templates; ASGI under uvicorn from the Procfile.
"""

import json

from drive import main, release, run, say, serving


def schema():
    text = run("python", "manage.py", "spectacular", "--format", "openapi-json")
    say("schema", sorted(json.loads(text)["paths"]))


def serves():
    say("release", release().splitlines()[-1])
    with serving() as client:
        body = json.dumps({"title": "a", "pages": 3})
        say("post", client.text("/books/", body, Content_Type="application/json"))
        say("list", client.text("/books/?pages=3&format=json"))
        status, _, text = client.ask("/books/?format=api", Accept="text/html")
        say("browsable", status, b"Django REST framework" in text, b"modal" in text)
        say("yaml", client.text("/schema/?format=json")[:60])


main(schema, serves)

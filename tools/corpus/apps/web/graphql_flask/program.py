"""A GraphQL API on Flask with strawberry and an ORM chosen by URL.

Dynamic: peewee's database by URL, types in a module named by text, settings by dynaconf from TOML, YAML
and a dotenv file, a path that a .pth file puts on sys.path, code that only it holds.
"""

from drive import main, say, serving


def serves():
    with serving() as client:
        query = '{"query": "{ people { name friends { name } } }"}'
        say("graphql", client.text("/graphql", query, Content_Type="application/json"))
        say("settings", client.text("/settings"))
        say("legacy", client.text("/legacy"))


main(serves)

"""A FastAPI service behind gunicorn, with GraphQL and asynchronous SQLAlchemy.

Dynamic: uvicorn's worker class by string in the Procfile, aiosqlite by the database's URL, asyncpg
by that of a replica, a JSON log formatter by class path in a file, the metadata version of what is installed.
"""

from drive import main, run, say, serving


def serves():
    with serving() as client:
        say("home", client.text("/items"))
        query = '{"query": "{ items { name } version }"}'
        say("graphql", client.text("/graphql", query, Content_Type="application/json"))
        status, _, text = client.ask("/graphql", Accept="text/html")
        say("graphiql", status, b"graphiql" in text.lower())
        say("replica", client.text("/replica"))


main(serves)

import importlib
from typing import Annotated

import strawberry
from dynaconf import Dynaconf
from flask import Flask
from playhouse.db_url import connect
from strawberry.flask.views import GraphQLView

settings = Dynaconf(settings_files=["settings.toml", "settings.yaml"], load_dotenv=True, environments=True)
database = connect(settings.database_url)
app = Flask(__name__)


@strawberry.type
class Person:
    name: str

    @strawberry.field
    def friends(self) -> list[Annotated["Friend", strawberry.lazy("people.types")]]:
        from people.types import Friend

        return [Friend(name="Bob")]


@strawberry.type
class Query:
    @strawberry.field
    def people(self) -> list[Person]:
        return [Person(name=row[0]) for row in database.execute_sql("select 'Ann'")]


schema = strawberry.Schema(Query)
app.add_url_rule("/graphql", view_func=GraphQLView.as_view("graphql", schema=schema))


@app.get("/settings")
def told():
    extra = importlib.import_module(settings.extra)
    return {"title": settings.title, "env": settings.from_file, "year": extra.year("May 2026")}


@app.get("/legacy")
def legacy():
    import legacy_words

    return {"words": legacy_words.count("a b c")}

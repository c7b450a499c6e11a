import importlib

import graphene
from dynaconf import Dynaconf
from flask import Flask, request
from playhouse.db_url import connect

settings = Dynaconf(settings_files=["settings.toml", "settings.yaml"], load_dotenv=True, environments=True)
database = connect(settings.database_url)
app = Flask(__name__)


class Person(graphene.ObjectType):
    name = graphene.String()
    friends = graphene.List("people.types.Friend")

    def resolve_friends(self, _):
        return [{"name": "Bob"}]


class Query(graphene.ObjectType):
    people = graphene.List(Person)

    def resolve_people(self, _):
        return [Person(name=row[0]) for row in database.execute_sql("select 'Ann'")]


schema = graphene.Schema(query=Query)


@app.post("/graphql")
def graphql():
    return {"data": schema.execute(request.json["query"]).data}


@app.get("/settings")
def told():
    extra = importlib.import_module(settings.extra)
    return {"title": settings.title, "env": settings.from_env, "year": extra.year("May 2026")}


@app.get("/legacy")
def legacy():
    import legacy_words

    return {"words": legacy_words.count("a b c")}

import configparser
import os

import redis
import sentry_sdk
import sqlalchemy
from flask import Flask, session

sentry_sdk.init(dsn=os.environ.get("SENTRY_DSN") or None)
config = configparser.ConfigParser()
config.read("settings.ini")
engine = sqlalchemy.create_engine(config["database"]["url"])
pool = redis.ConnectionPool.from_url(os.environ["REDIS_URL"])
app = Flask(__name__)
app.secret_key = "dev"


@app.get("/")
def home():
    return {"redis": pool.connection_kwargs["host"]}


@app.get("/driver")
def driver():
    return {"driver": engine.dialect.dbapi.__name__, "dialect": engine.name}


@app.get("/visits")
def visits():
    session["visits"] = session.get("visits", 0) + 1
    return {"visits": session["visits"]}


@app.get("/worker")
def worker():
    import gevent.monkey

    return {"patched": gevent.monkey.is_module_patched("socket")}

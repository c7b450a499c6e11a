import asyncio
import configparser
import os
import tomllib

import sqlalchemy
import yaml
from sqlalchemy.ext.asyncio import create_async_engine

urls = {"analytics": os.environ["ANALYTICS_URL"]}
with open("databases.toml", "rb") as file:
    urls |= tomllib.load(file)["databases"]
with open("databases.yaml") as file:
    urls |= yaml.safe_load(file)["databases"]
ini = configparser.ConfigParser()
ini.read("databases.ini")
urls |= dict(ini["databases"])


async def asked(url):
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        return (await connection.execute(sqlalchemy.text("select 1 + 1"))).scalar()


for name, url in sorted(urls.items()):
    is_async = "+a" in url
    engine = create_async_engine(url) if is_async else sqlalchemy.create_engine(url)
    print(name, engine.dialect.name, type(engine.dialect.dbapi).__name__, engine.driver)
print(asyncio.run(asked(urls["local"])))
with sqlalchemy.create_engine(urls["ledger"]).connect() as connection:
    print(connection.execute(sqlalchemy.text("select 3")).scalar())

import os
from contextlib import asynccontextmanager
from importlib.metadata import version

import strawberry
from fastapi import FastAPI
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from strawberry.fastapi import GraphQLRouter

engine = create_async_engine(os.environ["DATABASE_URL"])
Session = async_sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))


@asynccontextmanager
async def lifespan(_):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    async with Session.begin() as session:
        session.add(Item(name="tea"))
    yield


async def names():
    async with Session() as session:
        return list(await session.scalars(select(Item.name)))


@strawberry.type
class Thing:
    name: str


@strawberry.type
class Query:
    @strawberry.field
    async def items(self) -> list[Thing]:
        return [Thing(name=name) for name in await names()]

    @strawberry.field
    def version(self) -> str:
        return version("strawberry-graphql")


app = FastAPI(lifespan=lifespan)
app.include_router(GraphQLRouter(strawberry.Schema(Query)), prefix="/graphql")


@app.get("/items")
async def items():
    return await names()


@app.get("/replica")
async def replica():
    return type(create_async_engine(os.environ["REPLICA_URL"]).dialect.dbapi).__name__

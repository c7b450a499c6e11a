# mypy: ignore-errors
# ruff: noqa: PLC0415
"""A migration, servers and clients on loopback in four frameworks, templates, XML."""

import io
import sys


def with_database() -> None:
    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config

    config = Config("alembic.ini", stdout=io.StringIO())
    command.init(config, "scripts")
    config = Config("alembic.ini", stdout=io.StringIO())
    config.set_main_option("sqlalchemy.url", "sqlite:///db.sqlite")
    text = (
        "from alembic import op\nimport sqlalchemy as sa\nrevision = 'one'\ndown_revision = None\n"
    )
    text += "def upgrade():\n    op.create_table('t', sa.Column('n', sa.Integer))\n"
    with open("scripts/versions/one.py", "w", encoding="utf-8") as file:
        file.write(text)
    with open("scripts/env.py", "w", encoding="utf-8") as file:
        file.write(
            "from alembic import context\nimport sqlalchemy as sa\n"
            "url = context.config.get_main_option('sqlalchemy.url')\n"
            "with sa.create_engine(url).connect() as connection:\n"
            "    context.configure(connection=connection)\n"
            "    with context.begin_transaction():\n"
            "        context.run_migrations()\n"
            "    connection.commit()\n"
        )
    command.upgrade(config, "head")
    engine = sa.create_engine("sqlite:///db.sqlite")
    with engine.begin() as connection:
        connection.execute(sa.text("insert into t values (7)"))
    table = sa.Table("t", sa.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        assert connection.execute(sa.select(table.c.n)).scalar() == 7
    from sqlalchemy.dialects import mysql, postgresql

    statement = sa.select(table.c.n).limit(1)
    assert "LIMIT" in str(statement.compile(dialect=postgresql.dialect()))
    assert "LIMIT" in str(statement.compile(dialect=mysql.dialect()))


def with_flask() -> None:
    import flask
    import jinja2
    from click.testing import CliRunner
    from flask.cli import FlaskGroup
    from werkzeug.security import check_password_hash, generate_password_hash

    app = flask.Flask("corpus")
    app.add_url_rule("/<int:n>", view_func=lambda n: {"n": n + 1}, endpoint="next")
    assert app.test_client().get("/4").json == {"n": 5}
    group = FlaskGroup(create_app=lambda: app)
    assert "/<int:n>" in CliRunner().invoke(group, ["routes"]).output
    assert check_password_hash(generate_password_hash("a"), "a")
    made = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.i18n"])
    assert (
        made.from_string("{{ x|upper }}{% if x is string %}!{% endif %}").render(x="<") == "&lt;!"
    )


def with_asyncio() -> None:
    import asyncio

    import aiohttp
    from aiohttp import web

    async def talk() -> str:
        app = web.Application()
        app.router.add_get("/", lambda _: web.json_response("hi"))
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        url = f"http://127.0.0.1:{port}/"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            said = await answer.json()
        await runner.cleanup()
        return said

    assert asyncio.run(talk()) == "hi"


def with_grpc() -> None:
    from concurrent import futures

    import grpc

    handler = grpc.method_handlers_generic_handler(
        "s", {"m": grpc.unary_unary_rpc_method_handler(lambda asked, _: asked * 2)}
    )
    server = grpc.server(futures.ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        assert channel.unary_unary("/s/m")(b"ab", timeout=20) == b"abab"
    server.stop(0)


def with_twisted() -> None:
    from twisted.internet import protocol, reactor
    from twisted.internet.endpoints import TCP4ServerEndpoint, clientFromString
    from twisted.test.proto_helpers import StringTransport
    from twisted.web.resource import Resource
    from twisted.web.server import Site
    from twisted.web.static import Data

    heard = []

    class Asker(protocol.Protocol):
        def connectionMade(self) -> None:  # noqa: N802 - twisted's name
            self.transport.write(b"GET / HTTP/1.0\r\n\r\n")

        def dataReceived(self, data: bytes) -> None:  # noqa: N802 - twisted's name
            heard.append(data)

        def connectionLost(self, _: object = None) -> None:  # noqa: N802 - twisted's name
            reactor.stop()

    def listening(port: object) -> None:
        asker = protocol.Factory.forProtocol(Asker)
        clientFromString(reactor, f"tcp:127.0.0.1:{port.getHost().port}").connect(asker)

    root = Resource()
    root.putChild(b"", Data(b"twisted", "text/plain"))
    serving = TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1")
    serving.listen(Site(root)).addCallback(listening)
    reactor.callLater(30, reactor.stop)
    reactor.run()
    assert b"".join(heard).endswith(b"twisted")
    assert StringTransport().value() == b""


def with_gevent() -> None:
    import gevent
    import psycopg
    from gevent.pool import Pool
    from gevent.pywsgi import WSGIServer
    from lxml import etree, html, isoschematron

    assert sorted(Pool(2).imap_unordered(lambda n: n * n, range(4))) == [0, 1, 4, 9]

    def app(_: dict, start: object) -> list:
        start("200 OK", [])
        return [b"green"]

    server = WSGIServer(("127.0.0.1", 0), app, log=None)
    server.start()

    def ask() -> bytes:
        from gevent import socket

        client = socket.create_connection(("127.0.0.1", server.server_port))
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: client.recv(4096), b""))

    asking = gevent.spawn(ask)
    assert asking.get(timeout=20).endswith(b"green")
    server.stop()
    assert psycopg.pq.version() > 0
    assert psycopg.pq.__impl__ == "binary"
    sheet = etree.XSLT(
        etree.XML(
            '<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform">'
            '<x:template match="/"><b><x:value-of select="a"/></b></x:template></x:stylesheet>'
        )
    )
    assert str(sheet(etree.XML("<a>7</a>"))).strip().endswith("<b>7</b>")
    assert html.fromstring("<p>a<br>b").text_content() == "ab"
    rules = etree.XML(
        '<schema xmlns="http://purl.oclc.org/dsdl/schematron"><pattern><rule context="a">'
        '<assert test="b">a needs b</assert></rule></pattern></schema>'
    )
    assert not isoschematron.Schematron(rules).validate(etree.XML("<a/>"))


def main() -> None:
    with_database()
    with_flask()
    with_asyncio()
    with_grpc()
    with_twisted()
    with_gevent()
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()

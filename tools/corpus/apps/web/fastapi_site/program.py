"""A FastAPI site with pages, a form, e-mail addresses and a websocket.

Dynamic: jinja2 and python-multipart asked for by FastAPI, email-validator by pydantic, uvloop,
httptools and websockets found by uvicorn, settings from a .env file by pydantic-settings.
"""

import base64
import os
import socket

from drive import main, run, say, serving


def frame(text):
    mask = b"\1\2\3\4"
    body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(text))
    return bytes([0x81, 0x80 | len(text)]) + mask + body


def socketed(port):
    with socket.create_connection(("127.0.0.1", port), 30) as wire:
        key = base64.b64encode(b"0123456789abcdef").decode()
        wire.sendall(
            f"GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = wire.recv(65536)
        wire.sendall(frame(b"hello"))
        return head.split()[1].decode(), wire.recv(100)[2:].decode()


def serves():
    with serving() as client:
        say("page", client.text("/"))
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        say("form", client.text("/sign-up", "email=ann%40example.org&name=Ann", **form))
        say("wrong", client.text("/sign-up", "email=nobody&name=Ann", **form)[:60])
        say("json", client.text("/users", '{"email": "ann@example.org"}', Content_Type="application/json"))
        say("parts", client.text("/inside"))
        say("socket", *socketed(client.port))
        status, _, text = client.ask("/openapi.json")
        say("schema", status, b"sign-up" in text)


main(serves)

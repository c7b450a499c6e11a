import importlib


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    name = scope["path"].strip("/")
    body, headers = b"hello " * 20, [(b"content-type", b"text/plain")]
    if name == "br":
        body = importlib.import_module("brotli").compress(body)
        headers.append((b"content-encoding", b"br"))
    if name == "zstd":
        body = importlib.import_module("zstandard").compress(body)
        headers.append((b"content-encoding", b"zstd"))
    if name == "latin":
        body = "Ein schöner Tag für große Bäume, über Äste und Blätter".encode("cp1252")
        headers = [(b"content-type", b"application/octet-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})

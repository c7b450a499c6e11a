"""A fetcher and its server: HTTP/2, brotli and zstandard, old encodings.

Dynamic: h2 asked for by httpx's http2=True, brotli and zstandard found by httpx and urllib3,
charset detection by requests, orjson and ujson by try/except, hypercorn's h2 without TLS.
"""

from drive import main, run, say, serving


def fetches():
    with serving() as client:
        for name in ("plain", "br", "zstd", "latin"):
            say(name, run("python", "fetch.py", name, PORT=str(client.port)))


main(fetches)

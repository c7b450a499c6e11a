"""An aiohttp site with templates, and a Tornado one beside it.

Dynamic: aiohttp under gunicorn by its worker class, C speedups by try/except, tornado's worker
by its alias, cryptography behind jwt by an algorithm's name.
"""

from drive import main, say, serving


def aiohttp():
    with serving() as client:
        say("home", client.text("/"))
        status, headers, body = client.ask("/", Accept_Encoding="deflate")
        say("packed", status, headers["Content-Encoding"])
        say("token", client.text("/token"))


def tornado():
    with serving("admin") as client:
        say("admin", client.text("/"))


main(aiohttp, tornado)

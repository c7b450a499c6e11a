"""A Flask API on gevent that talks to MySQL and to Redis by URL.

Dynamic: gevent as the worker class in gunicorn.conf.py, the MySQL driver by an .ini file's URL, a
Redis client from a URL, sentry's integrations that look for what is installed, Flask's session signing.
"""

from drive import main, say, serving


def serves():
    with serving() as client:
        say("home", client.text("/"))
        say("driver", client.text("/driver"))
        say("visits", client.text("/visits"), client.text("/visits"))
        say("worker", client.text("/worker"))


main(serves)

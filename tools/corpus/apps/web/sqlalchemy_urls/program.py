"""A reporting script that reads databases from a TOML, a YAML and an .ini file.

Dynamic: SQLAlchemy's dialects and drivers by URL: psycopg, psycopg2, pymysql, asyncpg, aiosqlite,
and a dialect of the app's own by entry point.
"""

from drive import main, run, say


def reports():
    say("engines", run("python", "report.py"))


main(reports)

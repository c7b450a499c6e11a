"""An analytics script on DuckDB and Polars.

Dynamic: the duckdb dialect of SQLAlchemy by DATABASE_URL through an entry point, polars' Excel engine
and to_pandas through packages that it asks for, ibis' backend by the URL's scheme through an entry point.
"""

from drive import main, run, say


def asks():
    for line in run("python", "analytics.py").splitlines():
        say("found", line)


main(asks)

"""Parallel work whose place to run is configuration.

Dynamic: dask's scheduler by name (synchronous, threads, processes, distributed's client), joblib's
backend by name (loky, dask), cloudpickle and msgpack behind them, parquet engines in dask.dataframe.
"""

from drive import main, run, say


def works():
    for scheduler in ("synchronous", "threads", "processes"):
        say(scheduler, run("python", "work.py", DASK_SCHEDULER=scheduler))
    say("distributed", run("python", "work.py", "cluster"))


main(works)

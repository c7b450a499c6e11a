import sys

import dask.dataframe as dd
import joblib
import pandas as pd


def square(x):
    return x * x


def total():
    table = dd.from_pandas(pd.DataFrame({"a": range(10)}), npartitions=2)
    table.to_parquet("table")
    return int(dd.read_parquet("table").a.sum().compute())


if __name__ == "__main__":
    if sys.argv[1:] == ["cluster"]:
        from importlib import import_module

        cluster = {"n_workers": 1, "processes": False, "dashboard_address": None}
        with import_module("distributed").Client(**cluster):
            print(total())
            with joblib.parallel_config(backend="dask"):
                print(joblib.Parallel()(joblib.delayed(square)(x) for x in range(3)))
    else:
        print(total())
        with joblib.parallel_config(backend="loky", n_jobs=2):
            print(joblib.Parallel()(joblib.delayed(square)(x) for x in range(3)))

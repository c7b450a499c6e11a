import os
import tomllib

import fsspec
import pandas as pd

with open("lake.toml", "rb") as file:
    config = tomllib.load(file)
root = os.environ["LAKE"]
pd.DataFrame({"a": [1, 2]}).to_csv(f"{root}/a.csv", index=False)
print(pd.read_csv(f"{root}/a.csv").a.sum())
for name in ("remote", "mirror"):
    files, path = fsspec.core.url_to_fs(config[name])
    print(name, type(files).__name__, path)
print(fsspec.get_filesystem_class("zip").__name__)
for codec in config["codecs"]:
    with fsspec.open(f"{root}/b.{codec}", "wb", compression=codec) as file:
        file.write(b"hello" * 10)
    with fsspec.open(f"{root}/b.{codec}", "rb", compression=codec) as file:
        print(codec, len(file.read()))

"""A small data lake that is addressed by URL.

Dynamic: fsspec's file systems by the protocol in a TOML file (memory, zip, s3 with s3fs and
aiobotocore, http with aiohttp), zarr and compression codecs by name, pandas through them.
"""

from drive import main, run, say


def lake():
    say("lake", run("python", "lake.py"))


main(lake)

"""Climate data by xarray.

Dynamic: xarray's engines by name through entry points (netcdf4, h5netcdf, zarr, scipy), dask's
arrays by chunks=, its scheduler by a YAML config in DASK_CONFIG.
"""

from drive import main, run, say


def climate():
    say("climate", run("python", "climate.py"))


main(climate)

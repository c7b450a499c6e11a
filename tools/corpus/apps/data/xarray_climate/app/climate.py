import json

import dask
import numpy as np
import xarray as xr

data = xr.Dataset({"t": (("x", "y"), np.arange(12.0).reshape(3, 4))})
with open("engines.json") as file:
    engines = json.load(file)
for engine, path in engines.items():
    if engine == "zarr":
        data.to_zarr(path, mode="w")
    else:
        data.to_netcdf(path, engine=engine)
    with xr.open_dataset(path, engine=engine, chunks={"x": 1}) as found:
        print(engine, type(found.t.data).__module__, float(found.t.mean().compute()))
print(dask.config.get("scheduler"))

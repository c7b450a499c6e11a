# mypy: ignore-errors
# ruff: noqa: ICN001, PLC0415
"""Coordinates and FITS, HDF5, lazily loaded filters, arrays in parts, a graph, an integral."""

import io
import sys


def prepare() -> None:
    import numpy
    import pandas
    import scipy.stats

    assert all((numpy, pandas, scipy.stats))


def with_astropy() -> None:
    import numpy as np
    from astropy import units as u
    from astropy.coordinates import SkyCoord
    from astropy.cosmology import Planck18
    from astropy.io import fits
    from astropy.modeling import fitting, models
    from astropy.table import Table
    from astropy.time import Time
    from astropy.wcs import WCS

    star = SkyCoord("00h42m44s +41d16m09s", frame="icrs").galactic
    assert abs(star.l.deg - 121.17) < 0.1
    assert (3 * u.km / u.s).to(u.m / u.s).value == 3000
    assert Time("2026-01-01").jd > 2_400_000
    assert Planck18.age(0).value > 13
    out = io.BytesIO()
    fits.PrimaryHDU(np.eye(8)).writeto(out)
    assert fits.open(io.BytesIO(out.getvalue()))[0].data.sum() == 8
    x = np.linspace(-3, 3, 50)
    fitted = fitting.LevMarLSQFitter()(models.Gaussian1D(), x, np.exp(-((x - 1) ** 2) / 2))
    assert abs(fitted.mean - 1) < 1e-3
    text = io.StringIO()
    Table({"a": [1, 2]}).write(text, format="ascii.ecsv")
    assert Table.read(text.getvalue(), format="ascii.ecsv")["a"].sum() == 3
    assert WCS(naxis=2).pixel_to_world_values(1, 1)


def with_arrays() -> None:
    import bottleneck as bn
    import dask
    import dask.array
    import dask.dataframe
    import h5py
    import numpy as np
    import pandas as pd
    import skimage as ski
    import xarray as xr

    with h5py.File(io.BytesIO(), "w") as file:
        file.create_dataset("d", data=np.arange(10), compression="gzip")
        assert file["d"][5] == 5
    assert bn.move_mean(np.arange(5.0), 2)[-1] == 3.5
    assert dask.array.ones((100, 100), chunks=10).sum().compute() == 10_000
    frame = dask.dataframe.from_pandas(pd.DataFrame({"a": range(10)}), npartitions=2)
    assert frame.a.sum().compute() == 45
    array = xr.DataArray(np.eye(4), dims=("x", "y")).chunk({"x": 2})
    assert float(array.rolling(x=2).mean().sum()) > 0
    assert "DataArray" in array._repr_html_()
    image = ski.data.coins()
    assert ski.filters.threshold_otsu(image) > 0
    assert ski.morphology.skeletonize(image > 100).any()
    assert ski.segmentation.slic(image, n_segments=4, channel_axis=None).max() > 1
    out = io.BytesIO()
    ski.io.imsave("x.png", image)
    assert ski.io.imread("x.png").shape == image.shape
    assert out is not None


def with_symbols() -> None:
    import networkx
    import sympy
    from sympy.parsing.sympy_parser import parse_expr

    x = sympy.symbols("x")
    assert sympy.integrate(sympy.exp(-(x**2)), (x, -sympy.oo, sympy.oo)) == sympy.sqrt(sympy.pi)
    assert sympy.lambdify(x, parse_expr("x**2 + 1"), "numpy")(3) == 10
    assert sympy.latex(sympy.Matrix([[1, x]]))
    graph = networkx.les_miserables_graph()
    assert networkx.pagerank(graph)["Valjean"] > 0.05
    assert networkx.shortest_path(graph, "Napoleon", "Marius")


def main() -> None:
    with_astropy()
    with_arrays()
    with_symbols()
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()

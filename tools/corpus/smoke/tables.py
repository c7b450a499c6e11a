# mypy: ignore-errors
# ruff: noqa: ICN001, PLC0415
"""Frames and queries, two boosted forests, shapes and projections, blank pipelines, a figure."""

import io
import sys


def prepare() -> None:
    import numpy
    import pandas

    assert all((numpy, pandas))


def with_tables() -> None:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    import pyarrow.compute as pc

    frame = pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"]})
    assert frame.lazy().group_by("b").agg(pl.col("a").sum()).collect().height == 2
    out = io.BytesIO()
    frame.write_parquet(out)
    assert pl.read_parquet(io.BytesIO(out.getvalue())).equals(frame)
    assert pl.SQLContext(t=frame).execute("select sum(a) from t").collect().item() == 6
    pandas = pd.DataFrame({"a": range(4)})
    assert duckdb.sql("select sum(a) from pandas").fetchall() == [(6,)]
    assert duckdb.from_arrow(pa.table({"n": [1, 2]})).count("n").fetchall() == [(2,)]
    assert pc.sum(pa.chunked_array([pandas["a"]])).as_py() == 6
    assert pa.dataset is not None if hasattr(pa, "dataset") else True


def with_forests() -> None:
    import lightgbm
    import numpy as np
    import xgboost

    x = np.random.default_rng(1).normal(size=(200, 4))
    y = (x[:, 0] > 0).astype(int)
    quiet = {"objective": "binary", "num_threads": 1, "verbose": -1}
    light = lightgbm.train(quiet, lightgbm.Dataset(x, y), 20)
    assert ((light.predict(x) > 0.5) == y).mean() > 0.9
    table = xgboost.DMatrix(x, y)
    boosted = xgboost.train({"objective": "binary:logistic", "nthread": 1}, table, 5)
    assert ((boosted.predict(table) > 0.5) == y).mean() > 0.9


def with_maps() -> None:
    import geopandas
    import pyproj
    import shapely
    import shapely.geometry

    east, north = pyproj.Transformer.from_crs(4326, 32633, always_xy=True).transform(15, 52)
    assert (round(east), round(north) // 1000) == (500000, 5761)
    circle = shapely.geometry.Point(0, 0).buffer(1)
    assert abs(shapely.area(circle) - 3.14) < 0.01
    frame = geopandas.GeoDataFrame({"n": [1]}, geometry=[circle], crs="EPSG:4326")
    assert geopandas.sjoin(frame, frame).shape[0] == 1
    frame.to_file("map.gpkg")
    assert geopandas.read_file("map.gpkg").crs == frame.crs


def with_text() -> None:
    import nltk
    import plotly.express as px
    import spacy
    from lxml import etree
    from nltk.stem import PorterStemmer

    for language in ("en", "de", "fr", "ru"):
        pipeline = spacy.blank(language)
        pipeline.add_pipe("sentencizer")
        assert len(list(pipeline("One. Two.").sents)) >= 1
    english = spacy.blank("en")
    classifier = english.add_pipe("textcat")
    classifier.add_label("a")
    classifier.add_label("b")
    english.initialize()
    assert english("hello").cats
    assert english.from_bytes(english.to_bytes()).pipe_names == ["textcat"]
    assert PorterStemmer().stem("running") == "run"
    grammar = nltk.CFG.fromstring("S -> 'a' S | 'a'")
    assert len(list(nltk.ChartParser(grammar).parse(["a", "a"]))) == 1
    figure = px.scatter(x=[1, 2], y=[3, 4])
    assert "plotly" in figure.to_html()
    assert figure.to_json()
    assert etree.fromstring("<a><b/></a>").xpath("//b")


def main() -> None:
    with_tables()
    with_forests()
    with_maps()
    with_text()
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()

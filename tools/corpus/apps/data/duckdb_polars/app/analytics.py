import os

import ibis
import polars as pl
import sqlalchemy

engine = sqlalchemy.create_engine(os.environ["DATABASE_URL"])
with engine.connect() as connection:
    print(engine.name, connection.execute(sqlalchemy.text("select 40 + 2")).scalar())
table = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
table.write_excel("t.xlsx")
print(pl.read_excel("t.xlsx", engine="openpyxl").shape)
print(type(table.to_pandas()).__module__, table.to_arrow().num_rows)
print(pl.read_database("select 1 as a", engine.connect()).item())
backend = ibis.connect(os.environ["IBIS_URL"])
print(backend.name, backend.list_tables())

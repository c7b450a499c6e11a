import os

import pandas as pd
import yaml

table = pd.DataFrame({"name": ["tea", "milk"], "price": [3.5, 1.25]})
with open("formats.yaml") as file:
    formats = yaml.safe_load(file)
for kind, options in formats.items():
    path = options.pop("path")
    getattr(table, f"to_{kind}")(path, **options)
    options.pop("engine", None)
    print(kind, getattr(pd, f"read_{kind}")(path, **options)["price"].sum())
table.to_sql("shop", os.environ["DATABASE_URL"], if_exists="replace")
print("sql", len(pd.read_sql("select * from shop", os.environ["DATABASE_URL"])))
html = table.to_html()
with open("out.html", "w") as file:
    file.write(html)
for flavor in ("lxml", "html5lib"):
    print(flavor, len(pd.read_html("out.html", flavor=flavor)[0]))
print(table.to_markdown(index=False))
print("eval", pd.eval("table.price * 2", engine="numexpr").sum(), table.price.mean())
with open("out.xml", "w") as file:
    file.write(table.to_xml())
print("xml", len(pd.read_xml("out.xml")))

import importlib
import importlib.metadata

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
import yaml


def make(config):
    config = dict(config)
    module, _, name = config.pop("_target_").rpartition(".")
    return getattr(importlib.import_module(module), name)(**config)


with open("steps.yaml") as file:
    for config in yaml.safe_load(file):
        print(type(make(config)).__name__)
table = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]})
print(table.rolling(2).mean(engine="numba").a.sum())
pio.templates.default = "plotly_dark"
pio.renderers.default = "json"
print(len(go.Figure(go.Bar(y=[1])).to_json()) > 100, pio.renderers.default)
scripts = importlib.metadata.entry_points(group="console_scripts", name="tabulate")
print([script.load().__module__ for script in scripts])
altair = importlib.import_module("altair")
altair.theme.enable("dark")
print(altair.renderers.enable("json") is not None, "mark" in altair.Chart(table).mark_bar().to_dict(validate=False))

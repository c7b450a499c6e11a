import importlib
import pkgutil

import yaml
from flask import Flask, request

import extras

with open("plugins.yaml") as file:
    config = yaml.safe_load(file)
app = Flask(__name__)
plugins = {name: importlib.import_module(f"formats.{name}_format") for name in config["plugins"]}
for found in pkgutil.iter_modules(extras.__path__):
    plugins[found.name] = importlib.import_module(f"extras.{found.name}")


@app.get("/")
def home():
    return sorted(plugins)


@app.post("/render/<name>")
def render(name):
    text = request.get_data(as_text=True)
    return plugins[name].render(text, config["options"].get(name))

import tomllib
from importlib.metadata import entry_points

import click
import pluggy
from click_plugins import with_plugins
from stevedore import driver

from tool.hooks import Spec


@with_plugins(entry_points(group="tool.commands"))
@click.group()
def cli():
    """The tool."""


@cli.command()
@click.argument("text")
def store(text):
    with open("tool.toml", "rb") as file:
        name = tomllib.load(file)["store"]["driver"]
    found = driver.DriverManager("tool.stores", name, invoke_on_load=True)
    print(found.driver.dumps(dict([text.split("=")])))


@cli.command()
def hooks():
    manager = pluggy.PluginManager("tool")
    manager.add_hookspecs(Spec)
    manager.load_setuptools_entrypoints("tool")
    print(sorted(manager.hook.zones()))

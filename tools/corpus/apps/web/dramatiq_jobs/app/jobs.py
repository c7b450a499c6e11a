import importlib
import tomllib

import dramatiq


def load(name):
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


with open("pyproject.toml", "rb") as file:
    config = tomllib.load(file)["tool"]["jobs"]
broker = load(config["broker"])()
for name in config["middleware"]:
    broker.add_middleware(load(name)(backend=load(config["backend"])()))
dramatiq.set_broker(broker)


@dramatiq.actor(store_results=True)
def parse(text):
    html5lib = importlib.import_module("html5lib")
    return html5lib.parse(text, treebuilder="lxml").getroot().tag.rpartition("}")[2]


if __name__ == "__main__":
    worker = dramatiq.Worker(broker, worker_timeout=100)
    worker.start()
    message = parse.send("<p>x")
    print(message.get_result(block=True, timeout=30000), load(config["redis"]).__name__)
    worker.stop()

import logging
import logging.config
from importlib.metadata import version

import yaml
from pydoc import locate

with open("logging.yaml") as file:
    logging.config.dictConfig(yaml.safe_load(file))
logging.getLogger("jobs").info("a message that is far too long")
logging.getLogger("people").info("hello")
handler = locate("structlog.processors.JSONRenderer")()
print(handler(None, "info", {"event": "structured"}))
print("versions", *sorted(f"{name} {version(name)}" for name in ("requests", "Django", "pytz")))

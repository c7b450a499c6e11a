import importlib
import os

_module = importlib.import_module(f"config.settings.{os.environ.get('DJANGO_ENV', 'prod')}")
globals().update({name: value for name, value in vars(_module).items() if name.isupper()})

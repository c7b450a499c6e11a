import importlib
import logging
import sys


class Short(logging.Filter):
    def __init__(self, size):
        super().__init__()
        self.size = size

    def filter(self, record):
        record.msg = str(record.msg)[: self.size]
        return True


console = importlib.import_module("rich.console").Console(file=sys.stdout, width=60)

from jinja2 import Environment

from pages.widgets import RENDER


def environment(**options):
    made = Environment(**options)
    made.filters["markdown"] = RENDER
    return made

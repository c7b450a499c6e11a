import datetime
import importlib

from django.core.management.base import BaseCommand
from django.utils import formats, translation


class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("--kind")

    def handle(self, *args, kind, **options):
        if kind == "date":
            with translation.override("de"):
                print(formats.date_format(datetime.date(2026, 3, 1), "DATE_FORMAT"))
        else:
            print(importlib.import_module(f"pages.reports.{kind}_report").make())

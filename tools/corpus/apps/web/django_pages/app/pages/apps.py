from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self):
        from django.utils.module_loading import autodiscover_modules

        autodiscover_modules("widgets")

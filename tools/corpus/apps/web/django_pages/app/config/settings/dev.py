from config.settings.base import *

DEBUG = True
INTERNAL_IPS = ["127.0.0.1"]
INSTALLED_APPS = [*INSTALLED_APPS, "debug_toolbar"]
MIDDLEWARE = ["debug_toolbar.middleware.DebugToolbarMiddleware", *MIDDLEWARE]
DEBUG_TOOLBAR_PANELS = ["debug_toolbar.panels.timer.TimerPanel", "debug_toolbar.panels.sql.SQLPanel"]

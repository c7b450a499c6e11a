from config.settings.base import *

DEBUG = False

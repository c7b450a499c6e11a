import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "dev"
INSTALLED_APPS = ["django.contrib.contenttypes", "django_celery_beat", "orders"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
CELERY_BROKER_URL = os.environ["CELERY_BROKER"]
CELERY_RESULT_BACKEND = os.environ["CELERY_RESULTS"]
CELERY_TASK_SERIALIZER = "msgpack"
CELERY_RESULT_SERIALIZER = "msgpack"
CELERY_ACCEPT_CONTENT = ["msgpack", "json"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {"nightly": {"task": "orders.tasks.total", "schedule": 3600, "args": ([1],)}}
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

from celery.schedules import crontab

broker_url = "filesystem://"
broker_transport_options = {
    "data_folder_in": "queue/in",
    "data_folder_out": "queue/in",
    "control_folder": "queue/control",
    "processed_folder": "queue/processed",
}
result_backend = "db+sqlite:///results.sqlite3"
other_broker = "redis://cache.internal:6379/0"
imports = ["proj.jobs"]
task_routes = {"proj.jobs.*": {"queue": "celery"}}
task_serializer = "yaml"
result_serializer = "yaml"
accept_content = ["yaml"]
task_compression = "gzip"
broker_connection_retry_on_startup = True
beat_schedule = {
    "morning": {"task": "proj.jobs.shout", "schedule": crontab(hour=7, minute=30), "args": ("up",)}
}

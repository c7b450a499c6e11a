import importlib
import os
import sys

import yaml

scheduler_class = "apscheduler.schedulers.background.BackgroundScheduler"
module, _, name = scheduler_class.rpartition(".")
scheduler = getattr(importlib.import_module(module), name)(
    {
        "apscheduler.jobstores.default": {"type": "memory"},
        "apscheduler.jobstores.sql": {"type": "sqlalchemy", "url": os.environ["JOBS_URL"]},
        "apscheduler.executors.default": {"type": "threadpool", "max_workers": "2"},
        "apscheduler.executors.loops": {"class": "apscheduler.executors.gevent:GeventExecutor"},
        "apscheduler.timezone": "Asia/Tokyo",
    }
)
with open("jobs.yaml") as file:
    for job in yaml.safe_load(file)["jobs"]:
        scheduler.add_job(**job, replace_existing=True)
scheduler.start(paused=True)
for job in sorted(scheduler.get_jobs(), key=lambda job: job.id):
    print(job.id, type(job.trigger).__name__, job.func())
print(scheduler.timezone, *sorted(type(store).__name__ for store in scheduler._jobstores.values()))
if "--once" not in sys.argv:
    scheduler.resume()
scheduler.shutdown()

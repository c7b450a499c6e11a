"""A Django project with Celery, its schedule in the database.

Dynamic: the worker's app by -A in the Procfile, autodiscovered tasks, broker and result backend by
URL, msgpack as a serializer by name, django_celery_beat's scheduler by string, a task named in the schedule.
"""

from drive import main, processes, release, run, say

SETUP = "import mysite.celery as m; app = m.app; app.loader.import_default_modules();"


def tasks():
    say("release", release().splitlines()[-1])
    code = SETUP + (
        "print(sorted(n for n in app.tasks if n.startswith('orders')));"
        "print(app.tasks['orders.tasks.total'].delay([1, 2]).get());"
        "c = app.connection(); print(type(c.transport).__module__);"
        "b = app.backend; b.store_result('a', 7, 'SUCCESS'); print(type(b).__module__, b.get_result('a'))"
    )
    say("tasks", run("python", "-c", code))


def schedules():
    code = SETUP + (
        "from celery.utils.imports import symbol_by_name as s; k = s(app.conf.beat_scheduler);"
        "print(k.__module__, sorted(app.conf.beat_schedule));"
        "from django_celery_beat.models import PeriodicTask as P, IntervalSchedule as I;"
        "P.objects.create(name='x', task='orders.tasks.total', interval=I.objects.create(every=1, period='days'));"
        "print(sorted(k(app, lazy=True).schedule))"
    )
    say("beat", run("python", "-c", code))
    say("worker", processes()["worker"].split()[0], run("celery", "-A", "mysite", "report").count("msgpack"))


main(tasks, schedules)

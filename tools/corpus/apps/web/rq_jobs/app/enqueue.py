import os
from pydoc import locate

import rq
from rq.serializers import resolve_serializer
from rq.utils import import_attribute

import rq_settings

connection = locate(os.environ["REDIS_CLIENT"])()
serializer = resolve_serializer(rq_settings.SERIALIZER)
queue = rq.Queue("high", connection=connection, serializer=serializer)
jobs = [queue.enqueue("work.pages.titles", "<p><b>a</b> x</p>"), queue.enqueue("work.images.size", 3)]
worker_class = import_attribute(rq_settings.WORKER_CLASS)
worker = worker_class([queue], connection=connection, serializer=serializer)
worker.work(burst=True, logging_level="ERROR")
for job in jobs:
    print(job.func_name, job.return_value())

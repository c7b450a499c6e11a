REDIS_URL = "redis://cache.internal:6379/0"
QUEUES = ["high", "default"]
WORKER_CLASS = "rq.worker.SimpleWorker"
SERIALIZER = "rq.serializers.JSONSerializer"

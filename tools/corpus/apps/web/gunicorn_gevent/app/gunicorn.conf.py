import os

bind = f"127.0.0.1:{os.environ['PORT']}"
worker_class = "gevent"
workers = 1

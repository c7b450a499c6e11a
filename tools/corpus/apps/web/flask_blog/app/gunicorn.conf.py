worker_class = "gthread"
threads = 2

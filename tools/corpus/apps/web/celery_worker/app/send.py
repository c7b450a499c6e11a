from proj import app

print(app.send_task("proj.jobs.shout", ["hello"]).get(timeout=60))

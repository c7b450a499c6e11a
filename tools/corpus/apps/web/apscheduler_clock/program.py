"""A clock process that runs jobs on a schedule.

Dynamic: APScheduler's job stores, executors and triggers by alias through entry points, jobs as
"module:function" text from a YAML file and out of the job store's pickles, time zones by name.
"""

from drive import main, run, say


def ticks():
    say("clock", run("python", "clock.py", "--once"))
    say("again", run("python", "clock.py", "--once"))


main(ticks)

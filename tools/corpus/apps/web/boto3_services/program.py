"""Uploads to S3 and sends messages, with service names from a file and from a config var.

Dynamic: boto3's services by a literal, by services.toml and by a variable's value, resource models,
paginators and waiters, endpoints of a region, presigned addresses.
"""

from drive import main, run, say


def clouds():
    say("clouds", run("python", "clouds.py"))


main(clouds)

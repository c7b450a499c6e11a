"""An inventory tool that asks for any service that it is told of.

Dynamic: boto3 service names computed at run time (all data has to stay), Google's discovery
documents by literal names.
"""

from drive import main, run, say


def asks():
    say("aws", run("python", "inventory.py", "ec2", "lambda", "route53"))
    say("google", run("python", "drive_files.py"))


main(asks)

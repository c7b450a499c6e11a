"""A command line with commands from installed plugins.

Dynamic: click-plugins over an entry point group, stevedore's driver by a name from a config file,
pluggy's hooks by an entry point group; the plugins' own dependencies (babel, pytz, tomlkit, dateutil).
"""

from drive import main, run, say


def commands():
    say("help", sorted(line.split()[0] for line in run("bin/tool", "--help").splitlines()[-8:] if line.startswith("  ")))
    say("convert", run("bin/tool", "convert", "12.5"))
    say("store", run("bin/tool", "store", "a=1"))
    say("hooks", run("bin/tool", "hooks"))


main(commands)

"""A typer command line with completion and secrets in a keyring.

Dynamic: shellingham and rich asked for by typer, keyring's backend by class path in keyringrc.cfg
(a plugin in a namespace package), passlib's schemes by name, `python -m` of a tool by subprocess.
"""

from drive import main, run, say


def commands():
    say("help", run("tool/cli", "--help", TERMINAL_WIDTH="80", COLUMNS="80").count("│"))
    say("completion", run("tool/cli", "--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")[:40])
    say("shell", run("bash", "-c", "tool/cli --show-completion; true")[:40])
    say("secret", run("tool/cli", "secret", XDG_CONFIG_HOME="config", XDG_DATA_HOME="data"))
    say("hash", run("tool/cli", "hash", "word"))
    say("pretty", run("tool/cli", "pretty", feed="x=[1,2 ]\n"))


main(commands)

"""One program for each set: real work without a network, run by the set's own environment.

Each ends with one line, ``ok``. A ``prepare`` function, where there is one, is what an app's start
would have done before its other modules are imported: settings, or a heavy framework.
"""

"""A statistics service whose steps are listed in a YAML file.

Dynamic: objects by `_target_` in YAML (sklearn, scipy, statsmodels, networkx), numba as pandas'
engine by keyword, entry points of `console_scripts` called in this process, plotly's and altair's
renderers and templates by name.
"""

from drive import main, run, say


def steps():
    for line in run("python", "steps.py").splitlines():
        say("step", line)


main(steps)

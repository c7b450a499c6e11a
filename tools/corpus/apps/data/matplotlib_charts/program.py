"""A chart maker whose looks are set outside its code.

Dynamic: matplotlib's backend and style by a matplotlibrc and MPLBACKEND, savefig's format by file
ending, colour maps and fonts by name, seaborn's themes, pandas' plotting backend by option text.
"""

from drive import main, run, say


def charts():
    say("charts", run("python", "charts.py"))
    say("backend", run("python", "charts.py", MPLBACKEND="pdf"))


main(charts)

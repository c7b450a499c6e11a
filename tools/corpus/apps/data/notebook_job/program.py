"""A nightly notebook, executed and published as HTML and Markdown.

Dynamic: `jupyter nbconvert` by names of commands, the kernel by its name in the notebook and in
share/jupyter/kernels, exporters by entry point, their templates in share/jupyter, ipython's
extensions by %load_ext.
"""

import json

from drive import main, run, say


def notebooks():
    run("bash", "-c", "jupyter nbconvert --to notebook --execute --output done nightly.ipynb")
    with open("done.ipynb") as file:
        cells = json.load(file)["cells"]
    say("executed", [out.get("text") or out["data"]["text/plain"] for cell in cells for out in cell.get("outputs", ())])
    for kind in ("html", "markdown", "script", "slides"):
        say(kind, len(run("jupyter", "nbconvert", "--to", kind, "--stdout", "done.ipynb")) // 100 > 0)
    say("kernels", "python3" in run("jupyter", "kernelspec", "list"))


main(notebooks)

# mypy: ignore-errors
# ruff: noqa: PLC0415, BLE001, S310
"""Notebooks run, converted and served; dashboards; an example project of SQLMesh."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

CELL = "import sys\nprint(1 + 1)\nfrom IPython.display import Markdown\nMarkdown('# **b** $a^2$')"


def notebook() -> object:
    import nbformat

    cells = [nbformat.v4.new_markdown_cell("# Title\n\n- [x](y)"), nbformat.v4.new_code_cell(CELL)]
    return nbformat.v4.new_notebook(cells=cells)


def asked(place: str) -> str:
    """The status of an answer, and whether there is much in it."""
    try:
        with urllib.request.urlopen(place, timeout=60) as got:
            return f"{got.status} {len(got.read()) > 1000}"
    except urllib.error.HTTPError as error:
        return str(error.code)


@contextlib.contextmanager
def served(*arguments: str) -> object:
    """The root of what a program serves at a free port; {port} stands for it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-B", *(one.format(port=port) for one in arguments)]
    with open("server.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        for _ in range(240):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None:
                raise RuntimeError(Path("server.log").read_text("utf-8")[-500:])
            time.sleep(0.25)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def with_bokeh() -> list[str]:
    """A page, a served app."""
    from bokeh.embed import components, file_html
    from bokeh.models import Button, DataTable
    from bokeh.plotting import figure
    from bokeh.resources import INLINE

    shown = figure()
    shown.line([1, 2], [2, 1])
    made = [len(file_html(shown, INLINE, "x")) // 100_000, len(components(shown))]
    made += [Button().label, DataTable().columns]
    code = "from bokeh.plotting import curdoc, figure\ncurdoc().add_root(figure())\n"
    Path("shown.py").write_text(code, "utf-8")
    with served("-m", "bokeh", "serve", "--port", "{port}", "shown.py") as root:
        made += [asked(f"{root}/shown"), asked(f"{root}/static/js/bokeh.min.js")]
    return list(map(str, made))


def with_dash() -> list[str]:
    """A page, its scripts and layout."""
    from dash import Dash, dash_table, dcc, html

    app = Dash("x")
    table = dash_table.DataTable([{"a": 1}])
    app.layout = html.Div([dcc.Graph(), dcc.Markdown("# a"), table, dcc.DatePickerSingle()])
    client = app.server.test_client()
    page = client.get("/").text
    scripts = re.findall(r'src="(/_dash-component-suites/[^"]+)"', page)
    found = [f"{client.get(one).status_code}" for one in scripts]
    chunks = (
        "dash/dcc/async-graph.js",
        "dash/dash_table/async-table.js",
        "dash/dcc/async-markdown.js",
    )
    found += [str(client.get(f"/_dash-component-suites/{one}").status_code) for one in chunks]
    return [
        *found,
        str(client.get("/_dash-layout").status_code),
        str(client.get("/_favicon.ico").status_code),
    ]


def with_nbconvert() -> list[str]:
    """Exporters and templates."""
    import nbconvert

    found = []
    names = ("html", "slides", "markdown", "rst", "latex", "script", "asciidoc", "python")
    for name in names:
        if name in ("rst", "latex", "asciidoc"):
            continue  # They start pandoc.
        exporter = nbconvert.get_exporter(name)()
        text, _ = exporter.from_notebook_node(notebook())
        found.append(f"{name} {len(text) // 1000}")
    for template in ("lab", "classic", "basic"):
        exporter = nbconvert.HTMLExporter(template_name=template)
        found.append(f"{template} {len(exporter.from_notebook_node(notebook())[0]) // 1000}")
    return found


def with_nbclient() -> list[str]:
    """A notebook is run."""
    from nbclient import NotebookClient

    ran = NotebookClient(notebook(), timeout=100, kernel_name="python3").execute()
    return [str(each.get("text", each.output_type)) for each in ran.cells[1].outputs]


def with_notebook() -> list[str]:
    """Jupyter serves pages, settings, themes, conversions."""
    import nbformat

    nbformat.write(notebook(), "one.ipynb")
    given = ("--no-browser", "--port={port}", "--IdentityProvider.token=", "--allow-root")
    with served("-m", "notebook", *given) as root:
        pages = ("/tree", "/lab", "/notebooks/one.ipynb", "/api/kernelspecs", "/api/contents")
        pages += ("/lab/api/settings", "/lab/api/themes", "/lab/api/translations/")
        pages += ("/nbconvert/html/one.ipynb", "/static/logo/logo.png", "/static/favicon.ico")
        found = [f"{page} {asked(root + page)}" for page in pages]
        with urllib.request.urlopen(root + "/lab/api/settings", timeout=60) as got:
            settings = json.loads(got.read())["settings"]
        with urllib.request.urlopen(root + "/lab", timeout=60) as got:
            scripts = re.findall(r'src="(/static/[^"?]+)', got.read().decode())
        return [*found, str(len(settings)), *(asked(root + one) for one in scripts)]


def with_plotly() -> list[str]:
    """A page with its script, templates."""
    import plotly.express as px
    import plotly.graph_objects as go
    import plotly.io as pio

    shown = go.Figure(go.Bar(y=[1, 2]), layout={"template": "plotly_dark"})
    found = [len(shown.to_html()) // 1_000_000, len(pio.templates)]
    return list(map(str, [*found, px.colors.qualitative.Plotly[0], callable(px.data.iris)]))


def with_sqlmesh() -> list[str]:
    """`sqlmesh init`, plan and test of the example project."""
    Path("mesh").mkdir()

    def sqlmesh(*given: str) -> str:
        code = "from sqlmesh.cli.main import cli; cli()"
        plain = {
            **os.environ,
            "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "1",
            "MAX_FORK_WORKERS": "1",
        }
        done = subprocess.run(
            [sys.executable, "-B", "-c", code, *given],
            capture_output=True, text=True, check=False, cwd="mesh", env=plain,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError((done.stdout + done.stderr)[-600:])
        return done.stdout

    sqlmesh("init", "duckdb")
    sqlmesh("plan", "--auto-apply", "--no-prompts")
    tested = sqlmesh("test")
    root = Path("mesh")
    made = sorted(
        str(path.relative_to(root)) for path in root.rglob("*.*") if ".cache" not in str(path)
    )
    made = [name for name in made if not name.startswith("logs")]
    return [*made, str("Successfully Ran" in tested or "OK" in tested)]


def with_voila() -> list[str]:
    """A notebook is served as an app."""
    import nbformat

    nbformat.write(notebook(), "two.ipynb")
    given = ("--no-browser", "--port={port}", "two.ipynb")
    with served("-m", "voila", *given) as root:
        return [asked(root), asked(f"{root}/voila/static/favicon.ico")]


def main() -> int:
    """Print what each step found; the last word is only said where none failed."""
    failed = False
    for name, step in sorted(globals().items()):
        if name.startswith("with_"):
            try:
                found = step()
            except Exception as error:
                found, failed = f"{type(error).__name__}: {error}", True
            sys.stdout.write(f"{name[5:]}: {found}\n".replace(os.getcwd(), "HERE"))
    if not failed:
        sys.stdout.write("ok\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

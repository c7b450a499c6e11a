"""A reporting job that reads and writes every kind of table.

Dynamic: pandas' engines by file ending and by keyword (openpyxl, xlsxwriter, pyarrow, tables,
lxml, html5lib), tabulate by to_markdown, SQLAlchemy by a URL, numexpr and bottleneck when installed.
"""

from drive import main, run, say


def reports():
    for line in run("python", "report.py").splitlines():
        say("table", line)


main(reports)

"""report.html: one self-contained file, with a map of the slug and a table beside it."""

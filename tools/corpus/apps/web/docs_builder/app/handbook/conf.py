project = "Handbook"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "alabaster"
pygments_style = "friendly"
language = "de"

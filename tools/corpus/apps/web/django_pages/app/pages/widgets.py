import markdown

RENDER = markdown.Markdown(extensions=["fenced_code"]).convert

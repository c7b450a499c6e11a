def render(text, _):
    from docutils.core import publish_parts

    return publish_parts(text, writer="html5")["body"]

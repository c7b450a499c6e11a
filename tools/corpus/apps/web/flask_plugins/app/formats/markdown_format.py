def render(text, extensions):
    import markdown

    return markdown.markdown(text, extensions=extensions)

def send():
    import jinja2

    return jinja2.Template("dear {{ name }}").render(name="Ann")

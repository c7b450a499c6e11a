import slugify


def render(text, _):
    return slugify.slugify(text).upper()

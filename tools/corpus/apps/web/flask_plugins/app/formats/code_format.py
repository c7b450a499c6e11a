from pygments import highlight
from pygments.formatters import get_formatter_by_name
from pygments.lexers import get_lexer_by_name


def render(text, lexer):
    return highlight(text, get_lexer_by_name(lexer), get_formatter_by_name("html", style="monokai"))

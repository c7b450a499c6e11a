"""A Flask wiki whose page formats are plugins listed in a YAML file.

Dynamic: importlib.import_module of names from plugins.yaml (markdown with pymdownx's extensions by
name, docutils, pygments by the lexer's name), a plugin that is found by listing a namespace package.
"""

from drive import main, say, serving


def serves():
    with serving() as client:
        say("plugins", client.text("/"))
        text = {"Content_Type": "text/plain"}
        say("markdown", client.text("/render/markdown", "# a\n\n- [x] b\n\n~~c~~ ==d==", **text))
        say("rest", client.text("/render/rest", "a\n=\n\n*b* text", **text))
        say("code", client.text("/render/code", "fn main() {}", **text)[:140])
        say("shout", client.text("/render/shout", "hi", **text))


main(serves)

"""A pipeline of spaCy whose model is an installed package.

Dynamic: spacy.load of a package by name, components, tokenizers and languages by their names in its
config.cfg, a component from another distribution by entry point (spacy_factories), NLTK's data by path.
"""

from drive import main, run, say


def names():
    for line in run("python", "names.py").splitlines():
        say("names", line)


main(names)

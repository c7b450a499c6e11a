import sortedcontainers
from spacy.language import Language
from spacy.tokens import Doc

Doc.set_extension("words", default=0, force=True)


@Language.component("word_counter")
def word_counter(doc):
    doc._.words = len(sortedcontainers.SortedSet(token.text for token in doc))
    return doc

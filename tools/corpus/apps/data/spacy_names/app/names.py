import os
import tomllib
from importlib import import_module

import spacy

os.environ["NLTK_DATA"] = "nltk_data"
with open("settings.toml", "rb") as file:
    config = tomllib.load(file)
pipeline = spacy.load(config["model"])
print(pipeline.pipe_names, pipeline.lang, pipeline.meta["version"])
found = pipeline("Ann met Bob. They left.")
print([(entity.text, entity.label_) for entity in found.ents], len(list(found.sents)), found._.words)
module, _, name = config["stemmer"].partition(":")
print(getattr(import_module(module), name)("english").stem("running"))
from nltk.corpus import stopwords

print(stopwords.words("english"))

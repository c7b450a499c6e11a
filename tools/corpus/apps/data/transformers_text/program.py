"""A text service with a tokenizer and a configuration from a folder.

Dynamic: transformers' lazy modules, classes by tokenizer_class and model_type in JSON files,
tokenizers' Rust core, safetensors by file name.
"""

from drive import main, run, say


def texts():
    for line in run("python", "texts.py").splitlines():
        say("text", line)


main(texts)

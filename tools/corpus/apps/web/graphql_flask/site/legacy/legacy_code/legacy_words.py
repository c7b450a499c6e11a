import more_itertools


def count(text):
    return more_itertools.ilen(text.split())

"""Knowledge as data, each entry with its reason and source; no code that decides."""

"""ELF files: their headers, and the tail that no loader reads."""

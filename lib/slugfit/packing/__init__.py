"""Large packages as zstd archives in the slug, and what unpacks them when a process starts."""

"""What every room uses: errors, paths, atomic writes, hashes, patterns, TOML, URLs, words."""

"""Six apps as whole slugs, under Slugfit's levels and under other people's rules, side by side.

``python -m sizes`` (from this folder's parent) or ``make sizes``; docs/bench.md shows the results.
"""

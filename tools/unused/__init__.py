"""Small apps like public ones, before and after slimming: does what they do dynamically still work.

``python -m unused`` (from this folder's parent) or ``make apps``; docs/unused.md is what it says.
"""

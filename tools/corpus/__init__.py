"""The corpus: whole environments, before and after slimming, side by side with other tools' rules.

``python -m corpus`` (from this folder's parent) or ``make corpus``; docs/corpus.md is what it says.
"""

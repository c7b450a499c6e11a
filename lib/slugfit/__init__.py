"""Slugfit: makes a Python app fit its platform, and proves that it still works.

The engine is a straight line: scan, own, refer, plan, then apply and verify, measure, report.
It needs nothing but the standard library of Python 3.10 or newer.
"""

__version__ = "0.1.0"

"""Comparison: how a release differs from another, for people who must decide about it.

Never here: a decision, a row, or how a page shows it.
"""

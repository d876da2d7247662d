"""The way in: one pipeline for every upload of every ecosystem, each step in its own module.

Each step takes and returns a frozen value richer than the last, and none is passed back. Never
here: HTTP, one ecosystem's rules, or what happens after the commit.
"""

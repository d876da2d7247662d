"""Strongroom: a package registry that anyone can run, and that proves what it promises.

Here live the floors of the house; ARCHITECTURE.md draws them. Imports go down only.
"""

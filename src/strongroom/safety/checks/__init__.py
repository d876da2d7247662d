"""Checks that look at an upload before it is published, each a plain function.

A check takes a manifest and the archive and yields findings. Never here: a verdict, a row, or a
look at any other project.
"""

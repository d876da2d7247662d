"""Wheels and sdists: what an archive is, whether it holds together, whether the form agrees.

Never here: how zip and tar are read safely (core), or what the metadata's fields may hold.
"""

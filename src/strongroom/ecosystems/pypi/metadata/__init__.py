"""Core metadata: read out of METADATA and PKG-INFO, and held to the rules of an index.

Never here: an archive, or what a form claims.
"""

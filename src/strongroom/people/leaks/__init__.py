"""Leaks: tokens that were found where others can read them; who reports one, and what follows.

Never here: how a report travels (that is a door's), or what a token is (that is tokens).
"""

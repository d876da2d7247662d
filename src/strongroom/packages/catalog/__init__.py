"""The catalogue: which projects, releases and files there are, and how they change.

Never here: how files come in (publishing) or how pages are stored and served (shelf).
"""

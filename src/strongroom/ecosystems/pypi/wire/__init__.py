"""The HTTP of Python's clients: reads from the shelf, the legacy upload, how a refusal is worded.

Never here: a rule about names, files or metadata, or a query.
"""

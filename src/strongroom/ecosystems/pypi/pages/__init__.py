"""What Python's clients read of projects, rendered: the simple index, the JSON API, the feeds.

Never here: HTTP, or which form of a page a client is given.
"""

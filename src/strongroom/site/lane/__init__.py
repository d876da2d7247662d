"""The web worker's own loop: all connections, plain reads from memory, bounds for everything else.

Here live the loop that accepts, reads and sends without a thread for each connection, the strict
subset of HTTP that it answers by itself, and who may have a thread. What a request means never
does: that is the doors' business, and whatever is not plain goes byte for byte to gunicorn's
parser.
"""

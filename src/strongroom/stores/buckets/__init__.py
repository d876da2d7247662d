"""One bucket of an S3 server: how it is named in a setting, and how it is spoken to.

Every request is bounded in time, and what the server does not answer is told as such. Never here:
what an object is, or a path of a reader.
"""

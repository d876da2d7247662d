"""Upkeep: rebuilding what is derived, finding damage and strays, backups and putting them back.

Never here: a decision about what is published, or a way to change it. Rows are read; what is
written is blobs, shelf, backups, and the events that say that a file was damaged or repaired.
"""

"""Where bytes, keys and locks are kept: blob stores, the master key, named locks.

Each module owns one kind of thing on disk (or in a bucket) and answers for its durability. Never
here: what the bytes mean, who may have them, any table of the database.
"""

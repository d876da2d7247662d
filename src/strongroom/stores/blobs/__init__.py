"""Bytes by their digest: written once, never changed, found by SHA-256.

Here live the Protocol that the floors above use and its implementation on a local disk. Never
here: what the bytes mean, who may read them, or the pages made from them.
"""

"""Rendered pages and published files, as readers get them: put up when a change is made.

Here live the Protocol that the floors above use and its implementations. Never here: what a page
says, who may read it, or the bytes of blobs.
"""

"""The shelf: every page rendered and every file put up when the change is made, served as bytes.

Never here: what a page says (ecosystems and web render it), a decision about a reader, or SQL on
the way of a read.
"""

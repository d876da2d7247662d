"""Places from which distributions come: folders, exports, other indexes; each yields what it found.

A source reads and believes nothing: what it returns is a claim that the pipeline holds against the
bytes. Never here: rows, or a decision about a file.
"""

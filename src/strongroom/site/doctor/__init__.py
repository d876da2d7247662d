"""The doctor: looks at a set-up and says what is wrong and what to do about it.

Looks only. Never here: a repair, or anything that a running registry needs.
"""

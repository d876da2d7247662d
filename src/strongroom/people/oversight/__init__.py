"""Oversight: what administrators do with accounts, names and switches, the dangerous acts by two.

Never here: what one's own account can do (accounts, affairs), or how factors are recovered.
"""

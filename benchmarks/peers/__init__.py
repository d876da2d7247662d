"""The servers that are measured: how each is installed, filled, started and reached.

Each module makes one, as its own documentation says to run it. Never here: what is measured.
"""

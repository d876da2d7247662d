"""Measures of a registry on this machine: what a publication and a read cost.

Never here: a pass or a fail. Numbers of different machines cannot be compared.
"""

"""The command line: one module for each group of commands.

A command reads its arguments, calls one function of the floors below and prints what it returns.
Never here: a rule, or a query. `--help` and what needs no registry start without Django, which is
why commands import what they need when they run, and only here.
"""

"""The words that every floor shares: names, refusals, events, the Protocol of an ecosystem.

Standard library only, no I/O but reading archives that are handed in, and a closed list of
modules. Never here: anything that speaks HTTP, a database, a setting or one ecosystem's rules.
"""

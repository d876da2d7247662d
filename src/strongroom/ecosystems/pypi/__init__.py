"""Python's ecosystem: wheels and sdists, PEP 440 versions, core metadata, the simple index.

Every module but `wire` is pure: it is handed bytes and listings and returns values, with the
standard library, `packaging` and `trove_classifiers` only. `knowledge` gathers them into what the
core asks of an ecosystem. Never here: a database, a clock, a credential, a policy of this house.
"""

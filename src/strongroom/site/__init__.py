"""The Django project: configuration, settings, the wiring of the floors, the server, reactions.

Only here does everything meet. Never here: a rule, a page, a protocol or a query.
"""

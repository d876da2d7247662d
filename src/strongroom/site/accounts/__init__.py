"""What django-allauth and Django ask of an installation: adapters, sessions, counters, its frame.

Each only asks the rooms below. Never here: a rule about accounts (people.accounts, people.access),
or a page (web).
"""

"""Organisations: founding them, their members and teams, and invitations, which need consent.

Never here: what a role lets somebody do (access), or what a project is and how it is handed on.
"""

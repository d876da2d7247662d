"""Accounts: who there is, and how a person signs in.

Never here: what an account may do (access), or the credentials of programs (tokens).
"""

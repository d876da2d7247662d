"""Tokens: macaroons that a person gives to a program, and that the program can narrow further.

The text form, the chain of HMACs, the scopes and the verdict are pure; minting and authenticating
are thin and keep the rows. Never here: who may do what to which project (that is access), how a
token travels in a request (that is a door's), where its master key is kept.
"""

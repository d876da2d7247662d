"""Trusted publishing: which programs elsewhere publish for a project, by what is stated of them.

Claims and providers are pure. Never here: a project's rows or rules (that is packages), how a
statement travels in a request (a door's), the text of the token that it is exchanged for (tokens).
"""

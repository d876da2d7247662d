"""SCIM 2.0 (RFC 7643, 7644), by which a company's directory says who has left: users, and no more.

What it says is done in `people/oversight/directory.py`; here lives how it is said. A bearer token
of its own opens this door and no other, and no token of a person opens it.
"""

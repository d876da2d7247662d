"""The door for people: pages in HTML, rendered once onto the shelf or on request, and their forms.

Never here: a query, a rule about who may do what, or anything that a program reads.
"""

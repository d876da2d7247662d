"""Pages of accounts: signing up and in, factors, addresses, sessions; most views are allauth's.

Never here: what an account must be able to show (people.access), or how allauth is set up (site).
"""

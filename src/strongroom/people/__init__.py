"""Who there is, how they prove it, and what they may do.

Accounts, access (the one rule), tokens. Never here: projects, releases or files; a grant names a
project by its coordinates only.
"""

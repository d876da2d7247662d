"""Affairs of a whole account: what its owner disowns, takes along, gives up; cases that come of it.

Never here: how one signs in (accounts), or what an account leaves behind in projects (packages).
"""

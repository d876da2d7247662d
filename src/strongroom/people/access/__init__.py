"""Access: the one rule by which every door and every credential is judged, and the roles it reads.

Never here: how an actor proved who they are (accounts, tokens), or what a project is.
"""

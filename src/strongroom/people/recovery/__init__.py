"""Recovery: how an account whose factors are lost gets rid of them, slowly and before witnesses.

Never here: factors that are there and used (accounts), or what administrators else do (oversight).
"""

"""Other registries and what they hold: reading them, and bringing it in through the one pipeline.

Never here: a rule about what may be published (that is packages), or a socket (stores.outside).
"""

"""Webhooks: other servers that are told of events, each with a signature by a secret of its own.

Setting them up, handing events to them, delivering, and what may be shown of that. Never here: what
an event is and which of its facts are public (core), how another server is reached (stores), HTTP.
"""

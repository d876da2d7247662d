"""Handing a project on: it is offered, accepted, and all that the old side had in it ends.

Never here: what roles let people do (people), or how a stage is filled (staging).
"""

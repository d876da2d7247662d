"""The demo: a small invented catalogue that gives every page some life.

It is published through the real pipeline into a throw-away folder. Never here: a way around a
rule, or anything that a registry in use would load.
"""

"""The configuration of nginx in front of a registry: pure functions from settings to text.

Lives here: what nginx answers from the shelf by itself, what it hands on, how it limits and what it
never does. Never here: reading or writing a file, asking a running nginx, or a path of the data
folder other than that of the public shelf.
"""

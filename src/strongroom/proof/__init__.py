"""What anyone can verify without trusting us: first of all, the events.

Every floor above records its events here. Never here: what an event means to a project or a
person; proof knows only that it happened, when, and under which serial.
"""

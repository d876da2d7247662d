"""Strict, bounded, streaming readers of zip and tar.gz, and what they call a safe archive.

Here live the rules about structure, member names and sizes, the same for every ecosystem, written
on the standard library alone. What an archive means (which metadata it must hold, what a RECORD
says) never lives here, and nothing here ever writes a member to a disk.
"""

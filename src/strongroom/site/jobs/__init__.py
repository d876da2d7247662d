"""Work in the background: jobs in a queue of rows, leases on them, workers, and a schedule.

Knows how work is queued, run, repeated and given up, whatever it is. Never here: a job that the
registry has, or anything that knows of projects or pages; those are in `site/work.py` and
`site/schedule.py`.
"""

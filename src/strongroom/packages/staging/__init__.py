"""Stages: files that gather unseen, are looked at and approved, and are then published at once.

Opening, filling, approving, publishing and ending stages, and what may be shown of them. Never
here: how a file is judged and its rows are written (publishing), or HTTP.
"""

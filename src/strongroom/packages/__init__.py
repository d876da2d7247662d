"""What is published: the catalogue of projects, the shelf that readers read, the pipeline in.

Never here: one ecosystem's rules (they come in as the Protocol), or who may do what (people).
"""

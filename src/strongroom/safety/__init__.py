"""What could be wrong with what is published: so far, the checks that look at each upload.

Never here: a decision. Checks find; the pipeline's policy decides.
"""

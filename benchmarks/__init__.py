"""What things cost, measured on the machine that runs this: `./run bench`.

Never here: a test. A benchmark prints what it measured and judges nothing.
"""

"""How rows are asked for where the asking itself would cost more than the answer.

Never here: a model, a question of any subject, or a word of SQL.
"""

"""The ecosystems that this registry speaks for, one folder each.

A folder holds what is particular to one kind of package: its names, versions, archives, metadata
and pages as pure modules, and `wire`, its HTTP. Never here: a rule that holds for more than one
ecosystem, an account, a policy, or anything that one ecosystem knows of another.
"""

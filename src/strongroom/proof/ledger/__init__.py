"""The ledger of events: appended in the transaction of the change they tell, read by serial.

Never here: a state that is not an event, or an event that tells of no change.
"""

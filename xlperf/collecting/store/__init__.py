"""What a collection keeps in its database: inputs, outcomes, the audit, and whose it all is.

In: arrivals, outcomes as workers give them, what happened. Out: the same, sorted, a few rows in memory at a time. It never
opens a submission and never judges one.
"""

"""A submitted workbook beside the one that was issued.

In: a `Reading`. Out: findings on how the workbook was altered, and on what stands in it that nobody reads.
It never judges a value that was filled in: what was issued follows from the form and from what the workbook says of itself.
"""

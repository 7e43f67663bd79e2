"""A submitted workbook, read safely.

In: the bytes of a file. Out: a `Reading`: rows, the cell of every value, what the cells showed.
It never trusts the file's size or structure, never calls a macro and never changes the file.
"""

"""A drawn workbook read: its cells, what each line of a sheet is, tables with their formulas, rules and the rest.

In: the bytes of a workbook that preflight has bounded. Out: a definition, its mistakes by cell, what found no place in it.
It never writes anything, and it never guesses what a mistake was meant to be.
"""

"""One prefilled workbook per unit of a roster.

In: a roster and a form. Out: a folder of workbooks and a list of them.
It never replaces a workbook that somebody has filled in.
"""

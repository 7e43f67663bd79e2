"""The workbook as it is written: blank, filled, annotated or finalized, by one writer.

In: a form and rows. Out: an .xlsx file with formulas, cached values, dropdowns, live checks and protection.
It never reads a workbook and never changes one that exists.
"""

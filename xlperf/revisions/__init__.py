"""From one year, and one revision of a form, to the next.

In: a workbook or document of another year or revision. Out: the new workbook with what carries over, or a list of changes.
It never drops a value silently.
"""

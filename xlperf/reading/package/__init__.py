"""The package of a workbook, damaged or sound: its zip, the parts in it, the XML of each.

In: the bytes of a file. Out: parts of bounded size whose XML every reader understands the same.
It never reads a value of a cell, and never opens what it has not measured.
"""

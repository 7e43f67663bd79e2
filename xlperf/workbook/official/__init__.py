"""The sheet of a finalized workbook that is printed, signed and stamped.

In: the lines of the official sheet of a form, and the cells of the workbook that is being written. Out: the page, merged as it is
printed, of values alone. It never writes a formula, and nobody types into it.
"""

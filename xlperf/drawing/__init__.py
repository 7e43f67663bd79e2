"""A form as a drawn workbook: form.yaml drawn in Excel, and what was drawn there read back.

In: a form, or a workbook that somebody drew or changed. Out: that workbook, or a form.yaml, or every mistake by its cell.
It never reads what a unit filled in, and it never writes a definition that cannot be loaded.
"""

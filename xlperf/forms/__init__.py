"""What a form is, and the data of one filled form.

In: `form.yaml`, and the rows that people filled in. Out: a `Form` with its formulas in order, its layout and JSON Schema,
and the computed document. It never opens a workbook, and no form's name or words stand in it.
"""

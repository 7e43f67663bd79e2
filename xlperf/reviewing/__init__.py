"""What comes after the department: the workbook in which a bureau reviews or approves what came in.

In: a workbook that would not go back. Out: that of the next stage of its form, in which what was filled in is locked. It never
changes a submission and never judges by rules of its own: what returns is validated and finalized like any workbook.
"""

"""What is done with one workbook: make it, validate it, annotate it, finalize it, report on it.

In: a path. Out: a `Result`, and the files that were asked for, all of them or none.
It never judges by rules of its own; `process` is the whole program on one page.
"""

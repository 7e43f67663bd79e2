"""What thousands of submissions come to.

In: the outcomes of a collection. Out: the summary workbook, CSV exports, notices and the audit archive.
It never opens a submission; everything comes from the outcomes.
"""

"""Old reports in Word or text, read into a document that can be filled in again.

In: a .docx, .txt or .xlsx file that is no workbook of ours. Out: a document and findings on what was not understood.
It never fills in what the report does not say.
"""

"""Old reports in Word, PDF or text, read into a document that can be filled in again.

In: a .docx, .pdf, .txt or .xlsx file. Out: a document and findings on what was not understood.
It never fills in what the report does not say.
"""

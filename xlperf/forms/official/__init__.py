"""The official sheet of a form: the page that is signed and stamped, as the notice prints it.

In: an official.yaml beside form.yaml, and the rows of a workbook. Out: what stands on that page, line by line, with the fields
that its cells show. It never holds what a field is, and nothing that stands on such a page is ever read.
"""

"""The page and an API for whoever may reach this PC or stands behind a proxy that knows them.

In: requests with workbooks. Out: what `validate` prints, pictures, and the files that commands write. It never opens a workbook
itself: worker processes do, within limits of time and memory. It never keeps anything of a check once the answer is sent.
"""

"""One HTML file that validates workbooks in a browser, opened from a disk and without a network.

In: forms, and files of others that a lock file names. Out: the page; in it, what `validate` prints and pictures of sheets.
It never judges by rules of its own, and the page never opens a connection.
"""

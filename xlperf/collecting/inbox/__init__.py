"""What lies in the inboxes of a collection.

In: folders, archives and single files, as people sent them. Out: every file of them in one order, each with its SHA-256, and
later its bytes. It never opens a submission and never changes an inbox.
"""

"""What the bureau decides about the units of a collection, and the proof that nothing of it was altered.

In: the folder of a collection, and what is decided. Out: an entry in its audit; or everything that is not as the audit says.
It never changes an entry that is there, and never repairs what it finds.
"""

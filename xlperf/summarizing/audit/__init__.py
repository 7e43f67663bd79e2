"""What auditors ask for: who sent what and when, who decided what, and proof that nothing of it was changed.

In: outcomes, inputs as they were received, entries. Out: a chain of hashes, and an archive with a list.
It never changes an entry, and never leaves an input out.
"""

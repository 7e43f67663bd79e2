"""A collection as one file: what was received, what became of it, what was decided, and the audit.

In: the folder of a collection, or such a file that came in. Out: the file; or what of it another collection takes over.
It never takes in a part of one that was altered, and never checks again what is proven the same.
"""

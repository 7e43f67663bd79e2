"""Thousands of submissions taken in, processed and kept.

In: inboxes. Out: a store with one outcome per file, and the exports made from it; an interrupted run continues.
It never loses a file and never does the same work twice.
"""

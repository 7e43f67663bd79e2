"""The formula language of a form: one tree, two meanings.

In: the text of a formula, in Excel's syntax with field keys in place of addresses. Out: a tree, and from it either an
Excel formula or a Python value. It never calls `eval`, and it does not know what a form is.
"""

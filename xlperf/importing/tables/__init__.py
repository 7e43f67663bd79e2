"""The tables of a report as rows of the form.

In: the grids of a page, the words by which the form knows its columns. Out: rows of blocks, single fields, and what is left
over, each with its place. It never says what a value means.
"""

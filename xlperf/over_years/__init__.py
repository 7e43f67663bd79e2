"""What units report over several years: from the collections of those years to one workbook with the doubts they raise.

In come the folders of collections, each with the papers of a year that passed; out go series of indicators and figures, flags
with their reasons, a workbook and its JSON. It never changes a collection, and never judges a paper again: a flag is advice.
"""

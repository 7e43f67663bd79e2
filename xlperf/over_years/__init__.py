"""What units report over several years, in one workbook.

In: the folders of collections, with the papers of each year that passed. Out: indicators and figures followed over the years,
what they give reason to ask about, a workbook and its JSON.
It never changes a collection and never judges a paper again: a flag is advice.
"""

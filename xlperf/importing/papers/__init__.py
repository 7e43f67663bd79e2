"""A paper as a page, whatever kind of file it is: lines of text and tables in reading order, each with its place.

In: a file that somebody handed in. Out: a `Page`, or why there is nothing to read in it.
It never guesses what stands in a file that it cannot read, and it knows no form.
"""

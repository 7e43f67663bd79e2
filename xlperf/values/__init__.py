"""What people type into a cell, and what it means.

In: what stands in one cell, and the field it belongs to. Out: a number, date, text or choice, with remarks where it was
normalised or cannot be understood. It never guesses: what has two meanings is asked about.
"""

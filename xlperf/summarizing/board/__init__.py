"""How every unit stands in a round.

In: the submissions of a collection and the roster. Out: whose each file is, and one row per unit.
It never counts files where units are asked for, and never guesses whose a file is.
"""

"""What the checks sheet tells of the rules while people type, as formulas of the language.

In: the rules of a form, and its parts. Out: what stands in the hidden columns of the tables, how many cells fail each rule, and
what that means in a word. It never tells more than it knows: what the sheet takes otherwise than we do waits.
"""

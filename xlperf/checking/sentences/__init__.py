"""What the numbers in sentences say: of one another, of the indicators, of the budget.

In: texts that people wrote, and the words of a form in which they write numbers. Out: quantities, and where two of them
contradict. It never asks what a sentence means beyond its numbers.
"""

"""What is said of a drawn workbook: each cause once, at its cell, in the words of a drawing.

In: faults of cells, and what the loader says of the definition that was read. Out: the sentences that people get.
It never looks at a workbook itself and never mends anything.
"""

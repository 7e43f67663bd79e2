"""What stands in a workbook that is sent back: marks at its cells, notes, and a first sheet that lists every problem.

In: findings with their cells. Out: comments, colours and lines, written by the one writer.
It never judges, and never marks a cell that asks for nothing.
"""

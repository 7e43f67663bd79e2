"""How cells look otherwise than the program would draw them: letters, fills, borders, alignment, by named places of a sheet.

In: the looks of a sheet as form.yaml has them. Out: the look of each cell of a sheet that has one.
It never knows how the program itself draws a cell, and a sheet without looks costs nothing.
"""

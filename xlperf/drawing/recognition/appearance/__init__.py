"""How a drawn workbook looks and is printed, as far as somebody chose it: letters, fills, borders, heights, paper.

In: the cells of a drawing, and the drawing that the program makes of the same form. Out: what differs, in the words of form.yaml.
It never reads what stands in a cell.
"""

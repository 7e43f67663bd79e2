"""The tables of the summary and their columns, each a sheet and a CSV file; a form names its columns of figures in form.yaml.

In: a survey and the outcomes it was taken of. Out: tables whose rows are made one at a time.
It never writes a file, and never knows how a table will look.
"""

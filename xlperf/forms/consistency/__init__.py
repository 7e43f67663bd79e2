"""Whether the parts of a form definition agree, which no schema can say.

In: a definition whose shape is right. Out: nothing, or the first complaint, with its place in the file. It never makes a form
and never asks what a formula gives.
"""

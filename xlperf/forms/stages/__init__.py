"""Who fills in what, and when: the form of each stage, derived from one definition.

In: a definition whose columns, fields, sheets and rules may name a stage. Out: the definition of one stage, in which what earlier
stages filled in is locked and what later ones fill in is not there. It never makes a form and never asks what a formula gives.
"""

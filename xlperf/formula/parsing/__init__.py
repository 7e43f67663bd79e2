"""A formula as people type it, made a tree.

In: the text of a formula, and what its form knows of the names in it. Out: the tree, every node of a kind, rounded where
doubles and decimals could part; or why the formula is refused. It never computes anything and writes no formula of Excel's.
"""

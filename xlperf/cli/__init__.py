"""The command line: a command loads, calls its Python twin, prints.

In: arguments. Out: results on stdout, messages on stderr, an exit code.
It never judges or computes anything itself.
"""

"""Whether a form holds: every command tried on documents that are made up from the form itself.

In: the folder of one revision. Out: the form, what went wrong with it, and the rules that nothing reached. It never writes
beside the form, and it never judges by rules of its own: what it asks for is that the program does not contradict itself.
"""

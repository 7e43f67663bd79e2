"""Processes that work for another one, within limits of time and memory.

In: a function and the tasks it is to be called with. Out: every task with its answer, or that its worker died over it.
It never knows what the work is: a collection sends submissions, the server sends questions.
"""

"""The task pane beside the open workbook, in WPS and in Excel, as a folder that an administrator hands out.

In: forms, the parts of the page, the place where the folder will lie. Out: the pane for each program and what registers it there.
It never judges by rules of its own, and the pane never writes anything that nobody asked for.
"""

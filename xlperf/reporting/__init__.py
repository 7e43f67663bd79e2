"""What was found, in every format: text, JSON, CSV, a page to print, the Word report and its PDF.

In: findings and rows. Out: findings gathered and described in the words of the form, and the official Word report.
It never decides what is wrong; that was found before.
"""

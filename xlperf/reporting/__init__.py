"""What was found, in every form it is told: text, JSON, CSV, HTML, Word, PDF.

In: findings and rows. Out: findings gathered and described in the words of the form, and the official Word report.
It never decides what is wrong; that was found before.
"""

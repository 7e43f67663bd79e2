"""What is wrong with the data of a filled form.

In: a form and its computed rows. Out: findings from the JSON Schema, the form's rules and the cross-checks of text and table.
It never stops at the first finding, and it does not know where a cell stands.
"""

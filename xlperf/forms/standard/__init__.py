"""What forms share: the standard that a form extends, and ready checks that it refers to by name.

In: a definition as form.yaml writes it. Out: the whole definition, and where each part of it stands. Here it is never asked what
a form means, and a form that refers to nothing is left as it is.
"""

"""A form.yaml as it is written: its bytes, its YAML, its shape, and the line that a complaint is about.

In: the path of a form.yaml. Out: a plain value of the shape that its schema asks for, or what is wrong with it, in words.
Here it is never known what a form means.
"""

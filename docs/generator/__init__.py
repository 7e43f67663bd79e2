"""What is generated in README and docs/: references, the table of commands, and the output of every command shown.

    make golden            write all of it anew, with all else that is generated
    PYTHONPATH=tests:docs python -m generator [PART …]      some of it: findings, forms, sections, outputs

In: the pages, the program itself, the tables of the tests. Out: the same pages, up to date in both languages.
It never writes a page of which a command does not do what the page says.
"""

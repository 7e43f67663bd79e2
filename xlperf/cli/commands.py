"""All commands, in the order of `NAMES`: each loads, calls and prints. Results go to stdout, talk to stderr."""

from __future__ import annotations

from xlperf.cli.addin import addin
from xlperf.cli.check_form import check_form
from xlperf.cli.collecting import collect, new_round, remind, status
from xlperf.cli.decisions import decide, package, verify
from xlperf.cli.drawing import draw_form, read_form
from xlperf.cli.forms import explain, forms, new_form, schema
from xlperf.cli.root import cli
from xlperf.cli.serve import page, serve
from xlperf.cli.templates import template
from xlperf.cli.workbooks import diff, fill, finalize, import_, migrate, read, report, review, validate
from xlperf.cli.years import history

# A new one stands here as in `NAMES`.
COMMANDS = (
    forms, template, fill, import_, read, validate, finalize, review, collect, status, remind, decide, verify,
    package, history, migrate, diff, report, page, serve, addin, schema, explain, new_round, new_form,
    check_form, draw_form, read_form,
)  # fmt: skip

for command in COMMANDS:
    cli.add_command(command)

# Every target does its own set-up: a virtual environment in .venv, and in it this project with what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test bench bench-short bench-collect lint golden clean

help:
	@echo "make demo   template -> fill -> validate -> finalize, in the folder demo/"
	@echo "make test   the whole test suite"
	@echo "make bench  every ratio that is promised: bench-short, then bench-collect"
	@echo "make bench-short  ratios of our times to openpyxl's, taken in one run; some minutes"
	@echo "make bench-collect  the same of collections of 500 and 5,000 workbooks; half an hour on two processors"
	@echo "make golden regenerate what the tests compare with (schema, golden XML, example, README table)"

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@

demo: $(VENV)/ready
	@$(BIN)/python examples/demo.py demo

test: $(VENV)/ready
	$(BIN)/python -m pytest -n 2 --dist loadgroup

bench: bench-short bench-collect

bench-short: $(VENV)/ready
	PYTHONPATH=tests $(BIN)/python -m benchmarks.bench_short

bench-collect: $(VENV)/ready
	PYTHONPATH=tests $(BIN)/python -m benchmarks.bench_collect

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/lint-imports

golden: $(VENV)/ready
	$(BIN)/pybabel -q compile -d xlperf/catalogues -D click
	PYTHONPATH=tests $(BIN)/python -m support.make_golden
	PYTHONPATH=tests $(BIN)/python -m support.make_example
	PYTHONPATH=tests $(BIN)/python -m support.make_readme

clean:
	rm -rf $(VENV) demo dist build

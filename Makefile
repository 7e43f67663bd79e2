# Every target does its own set-up: a virtual environment in .venv, and in it this project with what the target needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo page windows docs check test soak coverage bench bench-short bench-collect bench-peers lint golden clean

help:
	@echo "make demo   template -> fill -> validate -> finalize, in the folder demo/"
	@echo "make page   one HTML file that validates workbooks in a browser without a network: dist/自评表校验.html"
	@echo "make windows  a folder for office PCs without a network, as a zip: .bat files, wheels, the page, a manual: dist/xlperf-windows-….zip"
	@echo "make docs   the documentation as a site that works without a network, in the folder site/"
	@echo "make check  before every commit: lint, and the tests that take no time; a minute"
	@echo "make test   every test, of each sweep a fixed slice; some minutes"
	@echo "make soak   every test, the sweeps whole, from a random seed (SEED=5 begins there again); half an hour"
	@echo "make coverage  the branches that the tests reach, worker processes included"
	@echo "make bench  every ratio that is promised: bench-short, then bench-collect"
	@echo "make bench-short  ratios of our times to openpyxl's, taken in one run; some minutes"
	@echo "make bench-collect  the same of collections of 500 and 5,000 workbooks; half an hour on two processors"
	@echo "make bench-peers  what other programs need for the same workbook, and the table of it in the docs"
	@echo "make golden regenerate what the tests compare with (schema, golden XML, examples) and what is generated in docs/"

# One sentence for who has no Python, one that is too old, or one that cannot make environments.
$(BIN)/python:
	@found=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	case "$$found" in \
	"") echo "$(PYTHON): no Python there; install Python 3.11 or newer, or name one: make demo PYTHON=python3.12" \
	    "/ 没有找到 Python，请安装 Python 3.11 以上版本，或用 PYTHON= 指定。" >&2; exit 1;; \
	2.*|3.?|3.10) echo "$(PYTHON) is Python $$found, too old; install Python 3.11 or newer, or name one: make demo PYTHON=python3.12" \
	    "/ Python $$found 版本太低，请安装 Python 3.11 以上版本，或用 PYTHON= 指定。" >&2; exit 1;; \
	esac; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "$(PYTHON) has no venv or pip; install them, on Debian and Ubuntu: apt install python3-venv" \
	    "/ 缺少 venv 或 pip，请安装，例如 apt install python3-venv。" >&2; exit 1; }; \
	$(PYTHON) -m venv $(VENV)

$(VENV)/program: pyproject.toml | $(BIN)/python  # what the program itself needs
	$(INSTALL) -e .
	@touch $@

$(VENV)/site: pyproject.toml | $(BIN)/python  # what makes the site
	$(INSTALL) -e ".[docs]"
	@touch $@

$(VENV)/ready: pyproject.toml | $(BIN)/python  # all of that, and what tests and checks need
	$(INSTALL) -e ".[dev]"
	@touch $@

demo: $(VENV)/program
	@$(BIN)/python examples/demo.py demo

# npm comes from the system, else as a Python package.
page: $(VENV)/program
	@command -v npm >/dev/null 2>&1 || $(INSTALL) -e ".[page]"
	@mkdir -p dist
	@$(BIN)/python -m xlperf page -o dist/自评表校验.html

windows: $(VENV)/program
	@command -v npm >/dev/null 2>&1 || $(INSTALL) -e ".[page]"
	@$(BIN)/python windows/make_folder.py dist

docs: $(VENV)/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict --clean -f docs/generator/site.yml
	@echo "site/index.html"

# Tests start Python hundreds of times: what was compiled once is kept, whatever the environment says.
check test soak coverage: export PYTHONDONTWRITEBYTECODE :=

SPREAD := -n auto --dist loadfile --no-loadscope-reorder
PYTEST := $(BIN)/python -m pytest $(SPREAD)

check: lint
	$(PYTEST) -m "not slow and not libreoffice and not gnumeric"

test: $(VENV)/ready
	$(PYTEST)

soak: export XLPERF_SOAK := 1
soak: export SEED := $(or $(SEED),$(shell od -An -N2 -tu2 /dev/urandom | tr -d ' '))
soak: $(VENV)/ready
	$(PYTEST) --hypothesis-seed=$(SEED)

coverage: $(VENV)/ready
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest $(SPREAD)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: bench-short bench-collect

bench-short: $(VENV)/ready
	PYTHONPATH=tests $(BIN)/python -m benchmarks.bench_short

bench-collect: $(VENV)/ready
	PYTHONPATH=tests $(BIN)/python -m benchmarks.bench_collect

bench-peers: $(VENV)/ready
	$(INSTALL) -e ".[peers]"
	PYTHONPATH=tests $(BIN)/python -m benchmarks.bench_peers
	PYTHONPATH=tests:docs $(BIN)/python -m generator sections

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports
	$(BIN)/mypy

golden: $(VENV)/ready
	$(BIN)/pybabel -q compile -d xlperf/catalogues -D click
	PYTHONPATH=tests $(BIN)/python -m support.make_golden
	PYTHONPATH=tests $(BIN)/python -m support.make_example
	PYTHONPATH=tests:docs $(BIN)/python -m generator

clean:
	rm -rf $(VENV) demo site dist build

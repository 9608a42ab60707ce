# Repower: everything that one types here. Needs python3 (3.11 or newer) and make; the rest comes into .venv.
#
#   make demo                 the bundled portfolio, whole chain, report in the browser   (ARGS="mine --no-open")
#   make test                 all tests                                                   (ARGS="-k finance")
#   make check                lint, format, types, import direction
#   make docs                 the documentation, into site/
#   make bench                the benchmarks                                              (ARGS=--smoke)
#   make clean                removes what the above made, but not your demo folder
#
# PYTHON=/path/to/python3.12 chooses the Python for .venv; WORKERS=1 runs the tests in one process.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
WORKERS ?= auto
ARGS ?=
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test check docs bench clean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.ready-run
	@$(BIN)/repower demo $(ARGS)

# One file of tests stays in one process, so that what it prepares is prepared once.
test: $(VENV)/.ready-dev
	@$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist loadfile $(ARGS)

check: $(VENV)/.ready-dev
	@echo "lint:    ruff check" && $(BIN)/ruff check --quiet .
	@echo "format:  ruff format" && $(BIN)/ruff format --quiet --check .
	@echo "types:   mypy" && $(BIN)/mypy
	@echo "imports: import-linter" && $(BIN)/lint-imports

docs: $(VENV)/.ready-dev
	@$(BIN)/mkdocs build --strict --clean && echo "The documentation is in site/index.html"

bench: $(VENV)/.ready-dev
	@set -e; for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file $(ARGS); done

clean:
	@rm -rf $(VENV) site dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .numba_cache .hypothesis benchmarks/out
	@find src tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +

# Look at the environment again when it came along from another folder (its scripts point there), or a Python is named.
ifneq ($(shell cat $(VENV)/.folder 2>/dev/null)$(PYTHON),$(CURDIR))
.PHONY: $(VENV)/.ready-run $(VENV)/.ready-dev
endif

$(VENV)/.ready-run: pyproject.toml scripts/environment.sh
	@sh scripts/environment.sh run

$(VENV)/.ready-dev: pyproject.toml scripts/environment.sh
	@sh scripts/environment.sh dev

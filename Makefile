# The verbs of this repository. Each sets up what it needs; `make` alone explains them.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo serve test faults check fix bench fit clean

help:  ## explain the verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | expand -t 10

$(BIN)/yangguang: pyproject.toml
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新版本 / Python 3.11+ is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml $(BIN)/yangguang
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev --editable '.[compare]'
	@touch $@

demo: $(BIN)/yangguang  ## label, check and draft on the shipped samples
	$(BIN)/yangguang demo

serve: $(BIN)/yangguang  ## start the service on this machine
	$(BIN)/yangguang serve

TESTS ?= -m "not slow"

test: $(VENV)/.dev  ## run the tests; with TESTS= those too that take minutes
	$(BIN)/python -m pytest -n 2 --dist loadscope $(TESTS)

faults: $(VENV)/.dev  ## kill, fill and cut off the program fifty times each
	YANGGUANG_KILLS=50 $(BIN)/python -m pytest -n 2 --dist loadscope tests/faults

check: $(VENV)/.dev  ## lint, types, import contracts, documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_repository.py tests/test_documentation.py

fix: $(VENV)/.dev  ## apply the linter's and formatter's changes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev  ## measure speed, memory and quality beside the usual choices
	$(BIN)/python benchmarks/run.py

fit: $(BIN)/yangguang  ## train the shipped model again from the shipped corpus
	$(BIN)/yangguang-train fit --out data/artifacts/default

clean:  ## remove what the other verbs made
	rm -rf $(VENV) yangguang-demo .mypy_cache .ruff_cache .pytest_cache .hypothesis

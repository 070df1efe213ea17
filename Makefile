# Everything here also works by hand: see README.md.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint types bench torture clean

demo: .venv/.installed
	$(BIN)/batch-update demo

test: .venv/.installed-test
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: .venv/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.installed-test
	$(BIN)/mypy

bench: .venv/.installed-test
	$(BIN)/python -m tests.benchmarks

torture: .venv/.installed-test
	$(BIN)/python -m tests.torture

clean:
	rm -rf .venv

.venv/.installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/.installed-test: .venv/.installed
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $@

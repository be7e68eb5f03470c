HOST ?= 127.0.0.1
PORT ?= 8000
REGISTER ?=
LA ?=
PYTHON ?= python3
JOBS ?= 2
DATABASE ?= sqlite
MEASURES ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_FOR_TESTS := $(VENV)/.installed-for-tests
PINS := setup.cfg pyproject.toml constraints.txt locked/build.txt locked/run.txt locked/test.txt

export HOST PORT REGISTER LA DATABASE
# Every command and many a test starts Python anew: what is compiled is kept, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=
# Memory in place of a disk for the tests, where there is enough of it.
IN_MEMORY := if [ -w /dev/shm ] && [ "$$(df --output=avail -k /dev/shm | tail -n 1)" -gt 4000000 ]; then \
	export TMPDIR=/dev/shm; fi

.DEFAULT_GOAL := help
.PHONY: help run reset test fire lint format screenshots bench lock

help: ## Print this list
	@awk -F ':[^#]*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(INSTALLED) ## Serve a demonstration authority, or REGISTER=<csv> LA=<code or name>, on HOST= and PORT=
	@set -- --host "$$HOST" --port "$$PORT"; \
	if [ -n "$$REGISTER" ]; then set -- "$$@" --register "$$REGISTER"; fi; \
	if [ -n "$$LA" ]; then set -- "$$@" --la "$$LA"; fi; \
	exec $(BIN)/sis run "$$@"

reset: $(INSTALLED) ## Ask, then delete the databases that `make run` has made; YES=1 does not ask
	@$(BIN)/sis reset $(if $(YES),--yes)

test: lint ## Run every check: lint, types, contracts, tests; all on PostgreSQL with DATABASE=postgresql
	@if tools/find_chromium; then set --; else set -- -m "not browser"; fi; \
	$(IN_MEMORY); \
	SIS_TEST_DATABASE="$$DATABASE" $(BIN)/python -m pytest -n $(JOBS) --dist worksteal "$$@"

fire: export FIRE_MOMENTS ?= 200
fire: export FIRE_EVENTS ?= 100000
fire: $(INSTALLED_FOR_TESTS) ## Kill and hold up what the service rests on, FIRE_MOMENTS= times; FIRE_SEED= repeats it
	@$(IN_MEMORY); \
	$(BIN)/python -m pytest -m fire

lint: $(INSTALLED_FOR_TESTS) ## Check style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(INSTALLED_FOR_TESTS) ## Write every file in the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(INSTALLED_FOR_TESTS) ## Take the README's pictures again
	tools/find_chromium
	$(BIN)/python tools/screenshots.py

bench: $(INSTALLED_FOR_TESTS) ## Measure the engine beside its raw limits, or only MEASURES=, and say which targets are reached
	@$(BIN)/python -m bench $(MEASURES)

COMPILE := uv pip compile --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
	--no-emit-find-links --quiet

lock: ## Pin in constraints.txt and, with hashes, in locked/ whatever setup.cfg asks for (needs uv)
	$(COMPILE) setup.cfg --extra test --output-file constraints.txt
	$(COMPILE) setup.cfg --constraint constraints.txt --generate-hashes --output-file locked/run.txt
	$(COMPILE) setup.cfg --extra test --constraint constraints.txt --generate-hashes --output-file locked/test.txt
	$(COMPILE) locked/build.in --allow-unsafe --generate-hashes --output-file locked/build.txt

$(INSTALLED): $(PINS)
	@tools/make_venv $(PYTHON)
	@touch $@

$(INSTALLED_FOR_TESTS): $(PINS)
	@tools/make_venv $(PYTHON) test
	@touch $(INSTALLED) $@

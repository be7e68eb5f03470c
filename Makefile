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
# A folder of its own for each run of tests, in memory in place of a disk where there is enough of it, and gone with
# the run: whatever the tests have killed leaves nothing behind.
IN_A_FOLDER := if [ -w /dev/shm ] && [ "$$(df --output=avail -k /dev/shm | tail -n 1)" -gt 4000000 ]; then \
	TMPDIR=/dev/shm; fi; \
	TMPDIR=$$(mktemp -d "$${TMPDIR:-/tmp}/sis-tests-XXXXXX") && chmod 755 "$$TMPDIR" && export TMPDIR; \
	trap 'rm -rf "$$TMPDIR"' EXIT; trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
# What repeats for long what is tested once in `make test`: marked so, or drawn by Hypothesis.
LONG := long or hypothesis
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run reset quick test test-long fire lint format screenshots bench lock

help: ## Print this list
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(INSTALLED) ## Serve a demonstration authority, or REGISTER=<csv> LA=<code or name>, on HOST= and PORT=
	@set -- --host "$$HOST" --port "$$PORT"; \
	if [ -n "$$REGISTER" ]; then set -- "$$@" --register "$$REGISTER"; fi; \
	if [ -n "$$LA" ]; then set -- "$$@" --la "$$LA"; fi; \
	exec $(BIN)/sis run "$$@"

reset: $(INSTALLED) ## Ask, then delete the databases that `make run` has made; YES=1 does not ask
	@$(BIN)/sis reset $(if $(YES),--yes)

quick: lint ## Check at once what is likely to have broken: lint, domain, views on SQLite, tests of what changed
	@$(IN_A_FOLDER); \
	$(PYTEST) -m "not long and not fire and not browser" -k "not postgresql" tests/domain tests/projections \
		$$($(BIN)/python tools/changed_tests.py)

test: lint ## Run every check: lint, types, contracts, tests; all on PostgreSQL with DATABASE=postgresql
	@if tools/find_chromium; then but=; else but=" and not browser"; fi; \
	$(IN_A_FOLDER); \
	SIS_TEST_DATABASE="$$DATABASE" $(PYTEST) -m "not long$$but"

test-long: export FUZZING ?= 10
test-long: $(INSTALLED_FOR_TESTS) ## Repeat at length after `make test`: journeys, scale, a national register, fuzzing
	@if tools/find_chromium; then but=; else but=" and not browser"; fi; \
	$(IN_A_FOLDER); \
	SIS_TEST_DATABASE="$$DATABASE" $(PYTEST) -m "($(LONG))$$but"

fire: export FIRE_MOMENTS ?= 200
fire: export FIRE_EVENTS ?= 100000
fire: $(INSTALLED_FOR_TESTS) ## Kill and hold up what the service rests on, FIRE_MOMENTS= times; FIRE_SEED= repeats it
	@$(IN_A_FOLDER); \
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

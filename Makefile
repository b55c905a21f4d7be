# Every command a developer types. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help setup demo dev test check fix bench migrate openapi lock

BIN := .venv/bin
PYTHON_FILES := migrations scripts service tests $(wildcard benchmarks examples)

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: .venv/ready ## make .venv with everything in it, and .venv/bin/tourderole

# Any Python from 3.11 that can make a virtual environment; PYTHON=… names one.
.venv/ready: requirements.lock pyproject.toml
	@set -e; \
	for python in $(or $(PYTHON),python3.11 python3.12 python3.13 python3.14 python3); do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "tourderole needs Python 3.11 or newer with its venv module (Debian: apt-get install python3 python3-venv)." >&2; \
		echo "None was found; \`make PYTHON=/path/to/python …\` names one." >&2; exit 1; \
	fi; \
	echo "Setting up .venv with $$found"; \
	"$$found" -m venv .venv; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	touch $@

demo dev migrate: export TOURDEROLE_DATA := $(or $(TOURDEROLE_DATA),.data)
demo dev: export TOURDEROLE_PORT := $(or $(PORT),$(TOURDEROLE_PORT))

demo: setup ## import, solve, publish and print a week, then serve it (ONCE=1 exits instead; WEEK=2026-W49; PORT=8000)
	$(BIN)/tourderole demo $(if $(filter-out 0,$(ONCE)),--once) $(if $(WEEK),--week "$(WEEK)")

dev: setup ## serve, and start again whenever a file of service/ changes (PORT=8000)
	$(BIN)/watchfiles --filter python "$(BIN)/tourderole serve" service

test: check ## every check, then every test
	$(BIN)/pytest -n auto

check: setup ## format, lint, types, layers, openapi/ and lock drift
	$(BIN)/ruff format --check $(PYTHON_FILES)
	$(BIN)/ruff check $(PYTHON_FILES)
	$(BIN)/mypy --strict $(PYTHON_FILES)
	$(BIN)/lint-imports
	$(BIN)/tourderole openapi --check
	$(BIN)/python scripts/lock.py --check

fix: setup ## format, and repair what the linter can
	$(BIN)/ruff check --fix $(PYTHON_FILES)
	$(BIN)/ruff format $(PYTHON_FILES)

bench: setup ## measure import, solving, search and booking
	$(BIN)/python -m benchmarks

migrate: setup ## bring the database to the newest schema
	$(BIN)/tourderole migrate

openapi: setup ## write openapi/openapi.json again
	$(BIN)/tourderole openapi

lock: setup ## resolve requirements.lock again (UPGRADE=1 takes the newest versions)
	$(BIN)/python scripts/lock.py $(if $(UPGRADE),--upgrade)

# `make` alone lists the targets. Each does its own set-up.

PYTHON ?= $(or $(shell for name in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; \
	done),python3)
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"
ASYNCAPI := tests/asyncapi/node_modules/.installed
LIGHTHOUSE := tests/lighthouse/node_modules/.installed
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run demo watch test lighthouse faults bench lint format types schemas proofs texts fonts lock clean chromium node rabbitmq

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.run-installed ## start the whole site on this machine; Ctrl-C stops it
	@$(BIN)/python -m local run --with-parent

demo: .venv/.run-installed ## send a dozen invented applications through the running site
	@$(BIN)/python -m local.demo

watch: .venv/.run-installed ## show articles and pages as they are written, and what is wrong in them
	@$(BIN)/python -m local watch

# These start some hundred processes: with Python's bytecode cache turned off, each would compile the
# whole site again.
test faults: export PYTHONDONTWRITEBYTECODE =

# Twice as many processes as the two cores: tests that drive a whole site mostly wait for it.
test: .venv/.test-installed $(ASYNCAPI) chromium rabbitmq ## run every test (some of them: make test ARGS="-k relay")
	@$(BIN)/python -m pytest --numprocesses 4 $(ARGS)

lighthouse: .venv/.test-installed $(LIGHTHOUSE) chromium ## run Lighthouse on the pages (less than 98 of 100 fails)
	@$(BIN)/python -m tests.lighthouse.scores

faults: .venv/.test-installed ## run the fault tests at full length (FAULT_SEED=… repeats a run)
	@FAULT_SCALE=full $(BIN)/python -m pytest tests/faults $(ARGS)

bench: .venv/.test-installed ## measure the submit, as docs/performance.md shows it
	@$(BIN)/python -m benchmarks.submit

lint: .venv/.test-installed ## check style and the import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

format: .venv/.test-installed ## rewrite the code in the project's style
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

types: .venv/.test-installed ## check the types
	@$(BIN)/mypy

schemas: .venv/.test-installed ## write the schemas of new events into schemas/
	@$(BIN)/python -m local.schemas

proofs: .venv/.test-installed ## run the tests behind the articles' marked sentences
	@$(BIN)/python -m local.proofs

texts: .venv/.test-installed ## bring the translators' catalogs up to date with the texts
	@$(BIN)/python -m local.texts

fonts: .venv/.test-installed ## subset the typefaces again, from their npm packages
	@$(BIN)/python -m local.fonts

lock: .venv/.test-installed ## resolve the requirements again, with hashes
	@$(LOCK) requirements.in -o requirements.txt
	@$(LOCK) requirements-local.in -o requirements-local.txt
	@$(LOCK) requirements-dev.in -o requirements-dev.txt

clean: ## remove .venv and caches; the data in var/ stays
	@rm -rf .venv tests/asyncapi/node_modules tests/lighthouse/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.run-installed: requirements.txt requirements-local.txt
	@$(PYTHON) local/install.py $@ $^

.venv/.test-installed: requirements.txt requirements-local.txt requirements-dev.txt
	@$(PYTHON) local/install.py $@ $^

# The committed lock file names no registry: npm uses the one that it is configured for.
$(ASYNCAPI): tests/asyncapi/package.json tests/asyncapi/package-lock.json | node
	@echo "Installing the tests' Node packages into tests/asyncapi/node_modules."
	@cd tests/asyncapi && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(LIGHTHOUSE): tests/lighthouse/package.json tests/lighthouse/package-lock.json | node
	@echo "Installing Lighthouse into tests/lighthouse/node_modules."
	@cd tests/lighthouse && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# With the headless shell, the tests take a quarter of the processor time that they take with Chromium.
chromium:
	@if command -v chromium-headless-shell >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium's headless shell for the browser tests."; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
			apt-get -qq install -y chromium-headless-shell >/dev/null && exit 0; \
	fi; \
	for name in chromium chromium-browser google-chrome; do \
		if command -v $$name >/dev/null; then exit 0; fi; \
	done; \
	echo "The browser tests need Chromium. Install it (on Debian: sudo apt-get install"; \
	echo "chromium-headless-shell) and run make test again."; \
	exit 1

node:
	@if command -v npm >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Node and npm for the AsyncAPI parser and Lighthouse."; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
			apt-get -qq install -y --no-install-recommends nodejs npm >/dev/null; \
	else \
		echo "The AsyncAPI parser and Lighthouse are Node packages. Install Node 18.20 or later with npm"; \
		echo "(on Debian: sudo apt-get install nodejs npm) and run make again."; \
		exit 1; \
	fi

# RUNLEVEL=1 keeps the package from starting a server of its own: the tests start theirs.
rabbitmq:
	@if [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null; then \
		exit 0; \
	fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing RabbitMQ for the tests of the bridges."; \
		apt-get -qq update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
			apt-get -qq install -y --no-install-recommends rabbitmq-server >/dev/null; \
	else \
		echo "The tests of the bridges need RabbitMQ. Install it"; \
		echo "(on Debian: sudo apt-get install rabbitmq-server) and run make test again."; \
		exit 1; \
	fi

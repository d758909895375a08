# `make help` lists the verbs. Everything is made below .venv and .tools; built tools are shared in ~/.cache/bbpkg.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.SHELLFLAGS := -eu -c
.PHONY: help generate test check fmt lint type unit drift bench golden package tools tools-needed tools-test schemas lock clean

PYTHON ?= python3
PACKAGE ?= anchore
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

generate: ## write chart/, values-schemas/ and overlays/, then render and validate both editions
	@$(MAKE) --no-print-directory --jobs=2 package tools-needed
	$(BIN)/bbpkg generate $(PACKAGE) -o .
	$(BIN)/bbpkg validate $(PACKAGE) --summary

test: package tools-test ## run all tests, with coverage
	$(BIN)/pytest --cov --cov-report=term tests/unit tests/architecture tests/golden
	$(BIN)/pytest tests/chart tests/bb_common tests/overlays

check: lint type unit drift ## what a change must pass: style, types, fast tests, no drift

fmt: package ## format the Python sources and mend what can be mended
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format --quiet

lint: package ## style
	$(BIN)/ruff format --check
	$(BIN)/ruff check

type: package ## types
	$(BIN)/mypy

unit: package tools ## unit and architecture tests
	$(BIN)/pytest $(wildcard tests/unit tests/architecture)

drift: package ## do the committed files equal what would be generated?
	$(BIN)/bbpkg generate $(PACKAGE) -o . --check

bench: package tools ## time bbpkg beside the obvious alternative
	@$(BIN)/python tools/bench.py

golden: package ## rewrite the golden tree of the made-up package
	for folder in tests/golden/packages/*; do $(BIN)/bbpkg generate $$folder -o tests/golden/$$(basename $$folder) --force; done

package: .venv/.package ## install bbpkg and its locked dependencies into .venv

tools: .venv/.python ## complete .tools/bin: helm, kubeconform and bbpkg-render
	@$(BIN)/python tools/install.py helm kubeconform bbpkg-render

# Building bbpkg-render takes longer than it saves a first run.
tools-needed: .venv/.python
	@$(BIN)/python tools/install.py helm kubeconform

tools-test: .venv/.python
	@$(BIN)/python tools/install.py helm kubeconform helm3 bbpkg-render

schemas: package ## rebuild the schemas in generator/bbpkg/schemas (needs Go and the network)
	PYTHONPATH=tools $(BIN)/python -m schemas.build

# make lock UPGRADE=--upgrade takes newer versions; without it the locked ones stay.
lock: .venv/.python ## rewrite the lock files from pyproject.toml
	@[ -x .tools/lock/bin/uv ] || { $(PYTHON) -m venv .tools/lock && .tools/lock/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r tools/lock.txt; }
	$(UV_COMPILE) --output-file requirements.lock pyproject.toml
	$(UV_COMPILE) --output-file requirements-dev.lock --extra dev pyproject.toml
	echo uv==0.13.9 | $(UV_COMPILE) --output-file tools/lock.txt -
UV_COMPILE = UV_NO_CONFIG=1 .tools/lock/bin/uv pip compile $(UPGRADE) --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url

clean: ## remove what make has made here (not the shared cache)
	rm -rf .venv .tools dist .coverage htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find generator tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo >&2 'error: bbpkg needs Python 3.11 or newer, and "$(PYTHON)" is none.'; echo >&2 '  hint: make PYTHON=python3.12 $(or $(MAKECMDGOALS),generate)'; exit 3; }
	@$(PYTHON) -m venv .venv
	@touch $@

# The byte code of what is really imported is written at the first import; compiling all of it takes as long again.
.venv/.locked: requirements-dev.lock | .venv/.python
	@echo >&2 'Python packages: installing what requirements-dev.lock pins ...'
	@$(PIP) install --require-hashes --no-compile -r requirements-dev.lock
	@if $(PIP) show setuptools >/dev/null 2>&1; then $(PIP) uninstall -y setuptools; fi
	@touch $@

.venv/.package: pyproject.toml .venv/.locked
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Every recipe needs nothing but Python 3.11+ and the package index; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=
LOCK := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types imports doctests schemas kafka-test faults stack stack-test
.PHONY: bench browser-test bench-quick bench-peers package-test docs lock audit format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "driftline needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(STAMP) ## create .venv and install everything

demo: $(STAMP) ## the whole main job on an embedded broker, with real data, in about a minute
	$(BIN)/driftline demo $(ARGS)

test: $(STAMP) ## every test; those on a real Kafka are skipped where Java or Maven is missing
	$(BIN)/pytest $(ARGS)

check: lint types imports doctests schemas ## lint, types, import rules, doctests, schemas up to date

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

doctests: $(STAMP)
	$(BIN)/pytest -q streams $(ARGS)

schemas: $(STAMP)
	$(BIN)/pytest -q tests/schemas

faults: $(STAMP) ## everything that can break breaks, on a real Kafka; ROUNDS=1, SEED and ARGS="-k frozen" may be given
	DRIFTLINE_REQUIRE_KAFKA=1 DRIFTLINE_FAULTS_ROUNDS=$(or $(ROUNDS),1) DRIFTLINE_FAULTS_SEED=$(SEED) DRIFTLINE_FAULTS_GONE=60 \
	  $(BIN)/pytest -v tests/faults $(ARGS)

kafka-test: $(STAMP) ## only the tests on a real Apache Kafka (Java and Maven, or DRIFTLINE_TEST_BOOTSTRAP)
	DRIFTLINE_REQUIRE_KAFKA=1 $(BIN)/pytest -m kafka tests $(ARGS)

browser-test: $(STAMP) ## the live page in a real browser (Chromium: apt-get install chromium)
	DRIFTLINE_REQUIRE_BROWSER=1 $(BIN)/pytest tests/browser $(ARGS)

stack: $(STAMP) ## write the generated files of deploy/ anew
	$(BIN)/python -m deploy.generate

stack-test: $(STAMP) ## the stack's own programs with its own files (Debian: prometheus prometheus-alertmanager prometheus-node-exporter)
	DRIFTLINE_REQUIRE_STACK=1 $(BIN)/pytest tests/stack $(ARGS)

bench: $(STAMP) ## the benchmarks; each prints a ratio
	@for b in $(filter-out %/bench_quick.py,$(wildcard benchmarks/bench_*.py)); do echo "== $$b"; $(BIN)/python $$b || exit 1; done

bench-quick: $(STAMP) ## the headline ratios on a real Kafka in five minutes; the last line is JSON
	@$(BIN)/python benchmarks/bench_quick.py $(ARGS)

bench-peers: $(STAMP) ## other packages at the same job, each in an environment of its own (4 GB in build/peers)
	@$(BIN)/python benchmarks/bench_peers.py --install $(ARGS)

package-test: $(STAMP) ## the wheel in an empty environment, on every Python that is here (PYTHONS="3.11 3.12 3.13 3.14")
	@test -x build/twine/bin/twine || { $(PYTHON) -m venv build/twine && build/twine/bin/pip install --quiet --disable-pip-version-check twine==7.0.0; }
	DRIFTLINE_TWINE=build/twine/bin/twine DRIFTLINE_PACKAGE_PYTHONS="$(or $(PYTHONS),3.11 3.12 3.13 3.14)" $(BIN)/pytest -v tests/package $(ARGS)

docs: $(STAMP) ## the documentation as a site, in build/site; a link that leads nowhere is an error
	PYTHONPATH=. $(BIN)/mkdocs build --quiet --strict

# The versions of these two are part of what is repeatable. One file holds for every Python and system; the product's is a part of dev's.
lock: ## write requirements/*.txt anew: every dependency with its version and hashes (UPGRADE=1: the newest versions)
	@test -x build/lock/bin/uv || { $(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet --disable-pip-version-check uv==0.13.8; }
	build/lock/bin/uv $(LOCK) $(if $(UPGRADE),--upgrade) --all-extras pyproject.toml requirements/build.in --output-file requirements/dev.txt
	build/lock/bin/uv $(LOCK) --extra baseline --constraint requirements/dev.txt pyproject.toml --output-file requirements/product.txt
	build/lock/bin/uv $(LOCK) --constraint requirements/dev.txt requirements/build.in --output-file requirements/build.txt

audit: ## ask the advisory database about what is locked; where it can't be reached, that is said and no failure
	@test -x build/audit/bin/pip-audit || { $(PYTHON) -m venv build/audit && build/audit/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1; }
	@$(PYTHON) .ci/audit build/audit/bin/pip-audit requirements/dev.txt

format: $(STAMP) ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove the environment, caches and what the demo wrote
	rm -rf $(VENV) build dist .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache driftline-demo

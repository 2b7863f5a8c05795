# What a person or CI runs here; `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One thread a fit: the fits themselves run side by side.
export OMP_NUM_THREADS ?= 1
JOBS ?= 2
CORPORA ?= corpora
WORK ?= build

.DEFAULT_GOAL := help
.PHONY: help demo test check format model screenshots benchmark benchmark-accuracy benchmark-plugs clean

help:  ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[check]'
	@touch $@

demo: $(VENV)/installed  ## Install, train on the sample corpus and tag an article that is not in it
	$(BIN)/corestory prepare data/sample --output data/processed/sample.parquet --force
	$(BIN)/corestory train data/processed/sample.parquet --split all --output models/demo --jobs $(JOBS) --force
	$(BIN)/corestory predict data/demo/article.txt --model models/demo --format text

test: $(VENV)/installed  ## Install and run the tests
	$(BIN)/python -m pytest

check: $(VENV)/installed  ## All that CI runs; changes no file
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: $(VENV)/installed  ## Format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/views: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[check,bench]'
	@touch $@

model: $(VENV)/views  ## Train the default model: make model CORPORA=folder
	$(BIN)/corestory prepare $(CORPORA)/wcxb $(CORPORA)/newspaper4k $(CORPORA)/news-languages $(CORPORA)/verified \
	  data/sample --views all --jobs $(JOBS) --output $(WORK)/default.parquet --force
	$(BIN)/corestory train $(WORK)/default.parquet --split all --output models/default --jobs $(JOBS) \
	  --card-extra data/held-out.md --force

screenshots: $(VENV)/installed  ## Make the pictures in docs/ again, from the sample corpus; needs chromium
	$(BIN)/pip install --quiet --disable-pip-version-check playwright
	$(BIN)/python docs/make_screenshots.py

benchmark-accuracy: $(VENV)/views  ## Compare with every extractor on held-out sites: CORPORA=folder
	$(BIN)/python -m tests.benchmarks.accuracy $(CORPORA) --work $(WORK)/accuracy --jobs $(JOBS) $(BENCH_FLAGS)

benchmark-plugs: $(VENV)/installed  ## Measure filler removed inside stories; with CORPORA=folder real filler too
	$(BIN)/python -m tests.benchmarks.plugs $(wildcard $(CORPORA)) --jobs $(JOBS) --output reports/plugs $(BENCH_FLAGS)

benchmark: $(VENV)/views  ## Measure speed: CORPORA=folder, else on the sample
	$(BIN)/python -m tests.benchmarks.speed $(wildcard $(CORPORA)) --output reports/speed.md

clean:  ## Remove what was made, but no model and no report
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

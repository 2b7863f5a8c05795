# The commands of a checkout; `make` alone lists them.
PYTHON ?= python3
# Another interpreter gets an environment of its own: `make test PYTHON=python3.13` installs into .venv-3.13.
VENV := $(if $(filter python3,$(PYTHON)),.venv,.venv-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'))
BIN := $(VENV)/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check install
# One thread a fit: the fits themselves run side by side.
export OMP_NUM_THREADS ?= 1
# Tests start many processes, which share compiled code where this is not set.
unexport PYTHONDONTWRITEBYTECODE
JOBS ?= 2
FUZZ ?= 100000
CORPORA ?= corpora
WORK ?= build
# All but the text nodes: BeautifulSoup's rendering has nearly the same lines.
VIEWS ?= page,p,container,resiliparse-page,beautifulsoup,inscriptis,html2text,$(EXTRACTORS)
# Left out: sites-zh states no licence, and the pages of wcxb-other are no articles.
LEARNED := wcxb newspaper4k news-languages verified cleaneval magic-html readability newspaper3k postlight
EXTRACTORS := trafilatura,readability,resiliparse,justext,boilerpy3

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz test-fast lint check format docs model screenshots wheels benchmark benchmark-warc benchmark-accuracy benchmark-adapt benchmark-plugs benchmark-service clean

help:  ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/installed: pyproject.toml
	@# The pip that Python 3.11 brings (23.2) stops with an AssertionError at one of the extractors' requirements.
	$(PYTHON) -m venv --upgrade-deps $(VENV)
	$(PIP) --editable '.[check]'
	@touch $@

$(VENV)/extractors: $(VENV)/installed
	$(PIP) --editable '.[check,bench]'
	@touch $@

demo: $(VENV)/installed  ## Install, train on the sample corpus and tag an article that is not in it
	$(BIN)/corestory prepare data/sample --output data/processed/sample.parquet --force
	$(BIN)/corestory train data/processed/sample.parquet --split all --output models/demo --jobs $(JOBS) --force
	$(BIN)/corestory predict data/demo/article.txt --model models/demo --format text

test: $(VENV)/installed  ## Install and run all tests, JOBS at a time
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

fuzz: $(VENV)/installed  ## Read and tag FUZZ damaged files: make fuzz FUZZ=100000
	CORESTORY_FUZZ_INPUTS=$(FUZZ) CORESTORY_FUZZ_SEED=$$(date +%s) $(BIN)/python -m pytest --timeout 0 tests/test_fuzz.py

test-fast: $(VENV)/installed  ## Run the tests that are not slow and start neither a cluster nor a browser
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m 'not (slow or cluster or browser)'

lint: $(VENV)/installed  ## Check format, style, types and imports; changes no file
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test  ## Run lint, then test

format: $(VENV)/installed  ## Format the code and fix style errors that ruff can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/installed  ## Build API pages from the docstrings, in build/docs
	$(BIN)/python docs/make_api.py build/docs

model: $(VENV)/extractors  ## Train the default model: make model CORPORA=folder
	$(BIN)/corestory prepare $(addprefix $(CORPORA)/,$(LEARNED)) data/sample data/no-story data/short-texts.tsv \
	  --views $(VIEWS) --jobs $(JOBS) --output $(WORK)/default.parquet --force
	$(BIN)/corestory train $(WORK)/default.parquet --split train,validation --output models/default --jobs $(JOBS) \
	  --card-extra data/held-out.md --force

wheels: $(VENV)/installed  ## Build the wheels of corestory and corestory-lite in dist
	$(BIN)/python pipeline/make_wheels.py dist

screenshots: $(VENV)/installed  ## Make the pictures in docs/ again from the sample corpus; needs chromium
	$(PIP) --editable '.[browser,review]'
	$(BIN)/python docs/make_screenshots.py

benchmark-accuracy: $(VENV)/extractors  ## Compare with every extractor on held-out sites: CORPORA=folder
	$(BIN)/python -m tests.benchmarks.accuracy $(CORPORA) --work $(WORK)/accuracy --jobs $(JOBS) $(BENCH_FLAGS)

benchmark-adapt: $(VENV)/installed  ## Measure the gain of adapting to a few pages of unseen sites: CORPORA=folder
	$(BIN)/python -m tests.benchmarks.adapt $(CORPORA) --jobs $(JOBS) --reduced 2 --work $(WORK)/adapt --output data/adapting.md $(BENCH_FLAGS)

benchmark-plugs: $(VENV)/installed  ## Measure filler removed inside stories; with CORPORA=folder real filler and kinds too
	$(BIN)/python -m tests.benchmarks.plugs $(wildcard $(CORPORA)) --jobs $(JOBS) --output reports/plugs $(BENCH_FLAGS)

benchmark: $(VENV)/extractors benchmark-warc  ## Measure speed: CORPORA=folder, else on the sample
	$(BIN)/python -m tests.benchmarks.speed $(wildcard $(CORPORA)) --output reports/speed.md

benchmark-warc: $(VENV)/extractors  ## Tag a crawl of 20,000 pages, killed and resumed: CORPORA=folder
	$(BIN)/python -m tests.benchmarks.warc $(wildcard $(CORPORA)) --output reports/warc.md $(BENCH_FLAGS)

benchmark-service: $(VENV)/installed  ## Send 200 requests a second to the service: with CORPORA=folder, of its texts
	$(BIN)/python -m tests.benchmarks.service $(wildcard $(CORPORA)) --output reports/service.md $(BENCH_FLAGS)

clean:  ## Remove environments, caches and builds; keep models and reports
	rm -rf .venv .venv-* build dist *.egg-info pipeline/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

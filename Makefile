# make: everything from the data to the tables and figures. make test: all checks. make help: the rest.

PYTHON ?= python3
VENV ?= .venv
CORES ?= all

READY := $(VENV)/.ready
export PATH := $(abspath $(VENV))/bin:$(PATH)
export PYTHONPATH := scripts

# A fresh clone has results but no record of how they were made: compute all of them once.
WHOLE := .snakemake/whole_run
FRESH := $(if $(wildcard $(WHOLE)),,--forceall)

.PHONY: results unlock benchmark reproduce test test-faults fuzz lint lock reference check-data setup clean help

results: setup  ## run the workflow (default); CORES=1 for one core
	snakemake --cores $(CORES) $(FRESH) || { test -z "$$(ls .snakemake/locks 2>/dev/null)" \
	  || echo "If no other run is going on, one was killed: make unlock, then make."; exit 1; }
	@touch $(WHOLE)

unlock: setup  ## after a run that was killed: let the next one start
	snakemake --unlock

test: setup lint  ## lint, format check, type check and all tests
	python -m pytest

test-faults: setup  ## kill runs, fill disks, break files (some need root); minutes
	python -m pytest tests/faults

fuzz: setup  ## fuzz the readers of files: make fuzz SECONDS=60 (for each reader)
	python -m pip install --disable-pip-version-check --quiet -r tests/fuzz/requirements.txt
	for reader in csv revman5 revman_web; do \
	  python -m tests.fuzz.fuzz_$$reader -max_total_time=$(or $(SECONDS),60) || exit 1; done

lint: setup  ## lint, format check and type check only
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile rules
	mypy

check-data: setup  ## validate data/ without running the workflow
	python scripts/check_data.py

lock:  ## renew requirements.txt and environment.yml from requirements.in (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  requirements.in -o requirements.txt
	sed '/^      - /d' environment.yml > environment.new
	sed -nE 's/^([a-z0-9][^ ]*==[^ ]*)( ; [^\]*[^ \])? *\\?$$/      - \1\2/p' requirements.txt >> environment.new
	mv environment.new environment.yml

reproduce: setup  ## recompute Cochrane reviews: make reproduce FILES="a.rm5 folder" OUTPUT=folder
	@test -n "$(FILES)" || { echo 'Which files? make reproduce FILES="review.rm5 folder"'; exit 2; }
	python scripts/reproduce_review.py $(FILES) --output-dir $(or $(OUTPUT),reproduction)

benchmark: setup  ## time our GOSH against metafor's (needs R with metafor for the comparison)
	python benchmarks/gosh.py

reference: setup  ## recompute the tests' reference numbers (needs R with metafor, robumeta, clubSandwich)
	for script in tests/reference/*.R; do Rscript $$script > .reference.json && mv .reference.json $${script%.R}.json || exit 1; done

setup: $(READY)

$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.txt
	@touch $@

clean:  ## remove the environment, logs and Snakemake's records; results stay
	rm -rf $(VENV) .snakemake logs .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

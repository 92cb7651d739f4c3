# make: everything from the data to the tables and figures. make test: all checks. make help: the rest.

PYTHON ?= python3
VENV ?= .venv

READY := $(VENV)/.ready
export PATH := $(abspath $(VENV))/bin:$(PATH)

# Values reach the shell through the environment, as they were given: neither make nor the shell
# looks for commands in them.
GIVEN := FILES OUTPUT FORMAT STATISTIC ID BASE COMMIT CHUNK PROFILE CORPUS CORES ROOMS SAMPLE
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name))))
export $(GIVEN)

.PHONY: results unlock benchmark browser reproduce reproduce-many test test-nightly test-slurm test-faults fuzz
.PHONY: mutation test-axe test-wheel lint docs lock reference check-data setup clean help new-trial add-trial new-review map-review changes verify

results: setup  ## metarepro run, which runs the workflow (default); CORES=1 for one core
	@metarepro run --cores "$${CORES:-all}"

unlock: setup  ## to resume after an interrupted run; OUTPUT=folder of make reproduce-many
	@snakemake --unlock $${OUTPUT:+--snakefile workflows/reproduce_many.smk --directory "$$OUTPUT"}

test: setup lint browser  ## lint, format check, type check and all tests, on all cores
	python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test-nightly: setup browser  ## 1,000 examples of hypothesis, more made-up tables, every page of the report: an hour
	python -m pytest -n auto --dist loadfile --hypothesis-profile nightly tests/browser tests/unit

test-axe: setup browser  ## axe on every kind of page, on a desktop and a phone, light and dark: minutes
	python -m pip install --disable-pip-version-check --quiet -r tests/accessibility/requirements.txt
	python -m pytest tests/accessibility

test-faults: setup  ## kill runs, fill disks, break files (some need root); minutes
	python -m pytest tests/faults

fuzz: setup  ## fuzz the readers of files: make fuzz SECONDS=60 (for each reader)
	python -m pip install --disable-pip-version-check --quiet -r tests/fuzz/requirements.txt
	for reader in csv revman5 revman_web articles sources; do \
	  python -m tests.fuzz.fuzz_$$reader -max_total_time=$(or $(SECONDS),60) || exit 1; done

mutation: setup  ## break the code on purpose: which mistakes does no test notice? ROOMS="models claims" SAMPLE=100; an hour
	python -m pip install --disable-pip-version-check --quiet -r tests/mutation/requirements.txt
	rm -rf .mutation && git clone --quiet . .mutation
	cd .mutation && PYTHONPATH=$(CURDIR)/.mutation/src python -m tests.mutation.run --sample "$${SAMPLE:-100}" $${ROOMS:-conversion models comparison claims}

lint: setup  ## lint, format check, type check and the direction of imports only
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile rules workflows
	mypy
	lint-imports --no-cache --no-logo

# The headless shell draws pages a third faster than the browser, and needs less beside it.
browser:  ## install Chromium, which the tests of the report need, where apt-get may
	@for name in chromium-headless-shell chromium chromium-browser google-chrome; do \
	  command -v $$name > /dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  apt-get update -qq && for name in chromium-headless-shell chromium; do \
	    apt-get install -y -qq --no-install-recommends $$name && exit 0; done; exit 1; \
	else \
	  echo "Chromium is not installed: the tests in tests/browser will fail. On Debian, as root: apt-get install chromium"; \
	fi

# The next targets stand for commands of metarepro.
check-data: setup  ## metarepro check: all problems of data/ at once
	@metarepro check $${FORMAT:+--format "$$FORMAT"}

new-trial: setup  ## metarepro new-trial: make new-trial ID=smith2024 STATISTIC=means
	@metarepro new-trial --statistic "$${STATISTIC:-?}" -- "$${ID:-?}"

add-trial: setup  ## metarepro add-trial: make add-trial ID=smith2024
	@metarepro add-trial -- "$${ID:-?}"

new-review: setup  ## metarepro new-review: make new-review ID=smith2024
	@metarepro new-review -- "$${ID:-?}"

map-review: setup  ## metarepro map-review: make map-review ID=smith2024
	@metarepro map-review -- "$${ID:-?}"

verify: setup  ## metarepro verify: inputs and results are those of the last run; COMMIT=HEAD: and those of the commit
	@metarepro verify $${COMMIT:+--commit "$$COMMIT"}

changes: setup  ## metarepro changes: make changes BASE=main (OUTPUT=file to write it too)
	@metarepro changes $${OUTPUT:+--output "$$OUTPUT"} -- "$${BASE:-HEAD}"

# FILES is one name if there is such a file, whatever it is called, else several: xargs knows
# quotation marks, and nothing else that a shell would obey.
with_files = if test -e "$$FILES"; then $(1) "$$FILES"; else printf '%s\n' "$$FILES" | xargs $(1); fi

reproduce: setup  ## metarepro reproduce: make reproduce FILES="a.rm5 'two words.rm5' folder" OUTPUT=folder
	@test -n "$$FILES" || { echo 'Which files? make reproduce FILES="review.rm5 folder"'; exit 2; }
	@$(call with_files,metarepro reproduce --output-dir "$${OUTPUT:-reproduction}" --)

lock:  ## renew requirements.txt and environment.yml from requirements.in (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  requirements.in -o requirements.txt
	sed '/^      - /d' environment.yml > environment.new
	sed -nE 's/^([a-z0-9][^ ]*==[^ ]*)( ; [^\]*[^ \])? *\\?$$/      - \1\2/p' requirements.txt >> environment.new
	mv environment.new environment.yml

reproduce-many: setup  ## the same for hundreds, job by job: FILES=... OUTPUT=folder PROFILE=profiles/slurm CHUNK=50
	@test -n "$$FILES" || { echo 'Which files? make reproduce-many FILES="folder" OUTPUT=folder'; exit 2; }
	@$(call with_files,python scripts/split_reviews.py $${CHUNK:+--chunk-size "$$CHUNK"} \
	  --output-dir "$${OUTPUT:-reproduction}/chunks" --)
	@snakemake --snakefile workflows/reproduce_many.smk --directory "$${OUTPUT:-reproduction}" \
	  --workflow-profile "$${PROFILE:-profiles/default}" --retries 2 --keep-going --quiet rules \
	  || { test -z "$$(ls "$${OUTPUT:-reproduction}/.snakemake/locks" 2>/dev/null)" \
	  || echo "If no other run is going on, one was killed: make unlock OUTPUT=$${OUTPUT:-reproduction}"; exit 1; }

test-slurm: setup  ## the same on a SLURM of its own, set up for the test (as root; Debian's slurm-wlm and munge)
	@python -m tests.slurm.run $${CORPUS:+--corpus "$$CORPUS"}

test-wheel:  ## the wheel in an empty environment, used as by a newcomer: make test-wheel PYTHON=python3.13
	$(PYTHON) -m tests.wheel.run

docs: setup  ## build the documentation: docs/_build/html/index.html (no network needed)
	sphinx-build --fail-on-warning --keep-going --quiet -b html docs docs/_build/html

benchmark: setup  ## measure start-up, reviews, pooling (beside metafor, PyMARE, pimeta), drawing, workflow, sizes; README.md gets the table
	python -m benchmarks.run --write README.md $${CORPUS:+--corpus "$$CORPUS"}

reference: setup  ## recompute the tests' reference numbers (needs R with metafor, robumeta, clubSandwich)
	for script in tests/reference/*.R; do Rscript $$script > .reference.json && mv .reference.json $${script%.R}.json || exit 1; done

setup: $(READY)

$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.txt
	$(VENV)/bin/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

clean:  ## remove the environment, logs and Snakemake's records; results stay
	rm -rf $(VENV) .mutation docs/_build docs/modules .snakemake logs .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

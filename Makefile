# Short names for what start.py and the tools of the environment do. start.py builds the environment where that is needed.

PYTHON ?= python3
AREA ?= cho-moi
WORKERS ?= 2
START = @$(PYTHON) start.py
BIN := .venv/bin
PEERS := papermill ploomber notebooker
NOTEBOOKS = $(wildcard notebooks/*.ipynb notebooks/*/*.ipynb)

# A test run and a week start many processes; without compiled files each process would compile the project again.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help environment report week test long sweep fuzz elsewhere faults bench history ratio lab lint format docs fonts lock hooks clean
.DEFAULT_GOAL := help

help:  ## show these lines
	@awk -F ':.*  ## ' '/^[a-z]+:.*  ## / { printf "%-13s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

environment:  ## build .venv where it is missing or out of date
	$(START) $@

report:  ## the report of 4 December 2023, on the real table of Chợ Mới
	$(START) $@

week:  ## the report of one week: make week CUTOFF=2023-12-04 AREA=cho-moi (default: the newest raw table)
	$(START) $@ $(CUTOFF) --area $(AREA)

test:  ## the tests but the long ones, the fast ones first, in some 4 minutes; some, all of theirs: make test TESTS=tests/whole/test_year.py
	$(START) $@ --numprocesses=$(WORKERS) $(TESTS)

long:  ## the long ones: years, whole weeks over again, every engine, hundreds of units; properties tried 100 times (some 9 minutes)
	$(START) $@ --numprocesses=$(WORKERS) $(TESTS)

sweep:  ## every kind of week, every file and every moment, of which test and long try some; properties tried 300 times
	$(START) $@ --numprocesses=$(WORKERS) $(TESTS)

fuzz: environment  ## damaged files and any text by the thousand, none to be read in more than 2 seconds: make fuzz EXAMPLES=1700
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),1700) $(BIN)/python -m pytest tests/readers/test_read_fuzz.py tests/gate/test_hostile.py -k "read_fuzz or any_text"

elsewhere:  ## the tests without what only Linux has: forks, flock, sockets that are files, names that Windows forbids … (some 40 minutes)
	@ELSEWHERE=1 $(PYTHON) start.py test --numprocesses=$(WORKERS) $(TESTS)

faults:  ## every fault of disk, machine, kernels and mail servers, each kind with its count (some 13 minutes)
	@FAULTS=all $(PYTHON) start.py test --numprocesses=$(WORKERS) \
		$(wildcard tests/*/test_faults*.py) tests/run/test_kernels.py tests/run/processes/test_engine.py tests/mail

bench: environment $(PEERS:%=bench/%/.venv/.ready)  ## week, pages and re-runs against papermill, ploomber, notebooker; what a week waits for; growth (some 33 minutes); a try: make bench QUICK=--quick
	@PYTHONPATH=. $(BIN)/python bench/compare.py $(QUICK)
	@PYTHONPATH=. $(BIN)/python bench/timeline.py $(if $(QUICK),--history 3,>> bench/RESULTS.md)
	@PYTHONPATH=. $(BIN)/python bench/size.py $(if $(QUICK),--units 18 --nation 0,>> bench/RESULTS.md)
	@PYTHONPATH=. $(BIN)/python bench/growth.py $(if $(QUICK),--weeks 17 --runs 1,>> bench/RESULTS.md)
	@PYTHONPATH=. $(BIN)/python bench/machinery.py $(if $(QUICK),--history 3 --runs 1,>> bench/RESULTS.md)

history: environment bench/.venv/.ready  ## a nation's points over years against DuckDB; what the ledger of asks costs (some 10 minutes)
	@PYTHONPATH=. bench/.venv/bin/python bench/history.py
	@PYTHONPATH=. $(BIN)/python bench/asks.py

ratio: environment  ## whether a week still takes the share of papermill's time that bench/RESULTS.md tells (a minute)
	@PYTHONPATH=. $(BIN)/python bench/quick.py

# Each peer has its own environment, with the project in it. Notebook servers are left out (bench/excludes.txt):
# ploomber needs another version than the project does, and no peer uses one.
bench/%/.venv/.ready: bench/%/requirements.lock
	@rm -rf $(@D)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes --requirement $<
	@$(@D)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

bench/.venv/.ready: bench/requirements.lock
	@rm -rf bench/.venv
	@$(PYTHON) -m venv bench/.venv
	@bench/.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

lab: environment hooks  ## the notebooks in JupyterLab
	@$(BIN)/python -m jupyterlab notebooks

lint: environment  ## style of code and notebooks, that notebooks hold no outputs, and that imports run down
	@$(BIN)/python -m ruff check --quiet
	@$(BIN)/python -m ruff format --check --quiet
	@$(if $(NOTEBOOKS),$(BIN)/python -m nbstripout --verify $(NOTEBOOKS))
	@$(BIN)/lint-imports --no-logo --no-cache >/dev/null || $(BIN)/lint-imports --no-logo --no-cache

format: environment  ## mend what lint would find
	@$(BIN)/python -m ruff check --fix-only --quiet
	@$(BIN)/python -m ruff format --quiet
	@$(if $(NOTEBOOKS),$(BIN)/python -m nbstripout $(NOTEBOOKS))

docs: environment  ## docs/configuration.md and docs/tables.md, anew from the code
	@PYTHONPATH=. $(BIN)/python docs/reference.py

fonts: environment  ## the fonts of pages and charts, anew from Source Sans Pro with the letters that reports hold
	@PYTHONPATH=. $(BIN)/python docs/fonts.py

lock: environment  ## resolve requirements.lock anew from pyproject.toml; newest releases: make lock UPGRADE=--upgrade
	@$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-emit-index-url --no-header $(UPGRADE) pyproject.toml --output-file requirements.lock
	@$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header $(UPGRADE) bench/requirements.in --constraint requirements.lock --output-file bench/requirements.lock
	@for peer in $(PEERS); do \
		$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-header $(UPGRADE) pyproject.toml bench/$$peer/requirements.in --excludes bench/excludes.txt \
			--constraint requirements.lock --output-file bench/$$peer/requirements.lock || exit 1; done

hooks: environment  ## let git leave out notebook outputs (only in a git checkout)
	@if [ -e .git ]; then $(BIN)/python -m nbstripout --install --attributes .gitattributes; fi

clean:  ## remove the environment and caches; weeks and reports stay
	@rm -rf .venv .venv.old .venv.lock bench/.venv bench/*/.venv *.egg-info .hypothesis .pytest_cache .ruff_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +

# Every target runs in .venv. It is built from requirements.lock if it is missing, unusable or out of date.

PYTHON ?= python3
AREA ?= cho-moi
WORKERS ?= 2
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
READY := .venv/.ready
PEERS := papermill ploomber notebooker
NOTEBOOKS = $(wildcard notebooks/*.ipynb notebooks/*/*.ipynb)

# The rooms whose tests start kernels or a browser come last, so that a slip shows within seconds.
TESTS ?= $(addprefix tests/,config method readers gate weeks report mail run whole)

PYTEST = $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal

# A test run and a week start many processes; without compiled files each process would compile the project again.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help report week test long fuzz faults bench lab lint format docs fonts lock hooks clean
.DEFAULT_GOAL := help

help:  ## show these lines
	@awk -F ':.*  ## ' '/^[a-z]+:.*  ## / { printf "%-8s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

report: $(READY)  ## the report of 4 December 2023, on the real table of Chợ Mới
	@$(BIN)/python -m analysis week 2023-12-04 --area cho-moi

week: $(READY)  ## the report of one week: make week CUTOFF=2023-12-04 AREA=cho-moi (default: the newest raw table)
	@$(BIN)/python -m analysis week $(CUTOFF) --area $(AREA)

test: $(READY)  ## the tests but the long ones, the fast ones first, in 5 minutes; some, all of theirs: make test TESTS=tests/whole/test_year.py
	@$(PYTEST) $(if $(filter file,$(origin TESTS)),-m "not long") $(TESTS)

long: $(READY)  ## the long ones: years, whole weeks over again, every engine, hundreds of units; properties tried 300 times (some 6 minutes)
	@$(PYTEST) -m "long or hypothesis" --hypothesis-profile=long $(TESTS)

fuzz: $(READY)  ## damaged files and any text by the thousand, none to be read in more than 2 seconds: make fuzz EXAMPLES=1700
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),1700) $(BIN)/python -m pytest tests/readers/test_read_fuzz.py tests/gate/test_hostile.py -k "read_fuzz or any_text"

faults: $(READY)  ## every fault of disk, machine, kernels and mail servers, each kind with its count (some 11 minutes)
	@FAULTS=all $(PYTEST) \
		$(wildcard tests/*/test_faults*.py) tests/run/test_kernels.py tests/run/processes/test_engine.py tests/mail

bench: $(READY) bench/.venv/.ready $(PEERS:%=bench/%/.venv/.ready)  ## week, pages and re-runs against papermill, ploomber, notebooker; growth; history (about 90 minutes); a try: make bench QUICK=--quick
	@PYTHONPATH=. $(BIN)/python bench/compare.py $(QUICK)
	@PYTHONPATH=. $(BIN)/python bench/size.py $(if $(QUICK),--units 18,--nation all >> bench/RESULTS.md)
	@PYTHONPATH=. $(BIN)/python bench/loading.py $(if $(QUICK),,>> bench/RESULTS.md)
	@PYTHONPATH=. bench/.venv/bin/python bench/history.py $(if $(QUICK),,>> bench/RESULTS.md)

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

lab: $(READY) hooks  ## the notebooks in JupyterLab
	@$(BIN)/python -m jupyterlab notebooks

lint: $(READY)  ## style of code and notebooks, that notebooks hold no outputs, and that imports run down
	@$(BIN)/python -m ruff check --quiet
	@$(BIN)/python -m ruff format --check --quiet
	@$(if $(NOTEBOOKS),$(BIN)/python -m nbstripout --verify $(NOTEBOOKS))
	@$(BIN)/lint-imports --no-logo --no-cache >/dev/null || $(BIN)/lint-imports --no-logo --no-cache

format: $(READY)  ## mend what lint would find
	@$(BIN)/python -m ruff check --fix-only --quiet
	@$(BIN)/python -m ruff format --quiet
	@$(if $(NOTEBOOKS),$(BIN)/python -m nbstripout $(NOTEBOOKS))

docs: $(READY)  ## docs/configuration.md and docs/tables.md, anew from the code
	@PYTHONPATH=. $(BIN)/python docs/reference.py

fonts: $(READY)  ## the fonts of pages and charts, anew from Source Sans Pro with the letters that reports hold
	@PYTHONPATH=. $(BIN)/python docs/fonts.py

lock: $(READY)  ## resolve requirements.lock anew from pyproject.toml; newest releases: make lock UPGRADE=--upgrade
	@$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-emit-index-url --no-header $(UPGRADE) pyproject.toml --output-file requirements.lock
	@$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header $(UPGRADE) bench/requirements.in --constraint requirements.lock --output-file bench/requirements.lock
	@for peer in $(PEERS); do \
		$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-header $(UPGRADE) pyproject.toml bench/$$peer/requirements.in --excludes bench/excludes.txt \
			--constraint requirements.lock --output-file bench/$$peer/requirements.lock || exit 1; done

hooks: $(READY)  ## let git leave out notebook outputs (only in a git checkout)
	@if [ -e .git ]; then $(BIN)/python -m nbstripout --install --attributes .gitattributes; fi

clean:  ## remove the environment and caches; weeks and reports stay
	@rm -rf .venv bench/.venv bench/*/.venv *.egg-info .hypothesis .pytest_cache .ruff_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +

# An environment counts as missing if its interpreter is gone, or if it belongs to a copy of this folder elsewhere.
BELONGS := import analysis, os; print(os.path.samefile("analysis", analysis.__path__[0]))
ifneq ($(shell $(BIN)/python -I -c '$(BELONGS)' 2>/dev/null),True)
.PHONY: $(READY)
endif

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo >&2 \
		'"$(PYTHON)" is not Python 3.11 or newer. Name one that is, for example: make $(MAKECMDGOALS) PYTHON=python3.12'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo >&2 \
		'"$(PYTHON)" has no venv or ensurepip module. On Debian and Ubuntu: apt-get install python3-venv'; exit 1; }
	@echo "Building the environment in .venv; this takes a few minutes, once."
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

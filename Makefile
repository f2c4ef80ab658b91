# Crosscap's commands; `make` alone lists them.
PYTHON ?= python3
CONDA ?= 0
CORES ?= all
VENV := .venv/bin
READY := .venv/installed
LONG ?= slow or cluster or conda
SNAKEMAKE := $(VENV)/snakemake --cores $(CORES) --workflow-profile workflow/profiles/default
GPUS := $(shell nvidia-smi --list-gpus 2>/dev/null | grep -c ^GPU)
DATASET = $(shell $(VENV)/python -c 'import yaml; print(yaml.safe_load(open("config.yaml"))["dataset"]["name"])')
# of the experiments with search: true, the index of the first seed; tracking.register makes others too
SEARCHED = $(shell $(VENV)/python -c 'import yaml; c = yaml.safe_load(open("config.yaml")); \
	print(*("results/%s/models/%s/seed%d/index" % (c["dataset"]["name"], e["name"], e["seeds"][0]) \
	for e in c["experiments"] if e.get("search")))')
INDEX ?= $(firstword $(wildcard $(SEARCHED)) $(wildcard results/$(DATASET)/models/*/seed*/index))
STORE := sqlite:///$(CURDIR)/results/mlflow.db
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export MLFLOW_DISABLE_TELEMETRY := true
# without it, job workers outlive the page
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION := false

ifneq ($(GPUS),0)
SNAKEMAKE += --resources gpu=$(GPUS)
endif

ifeq ($(CONDA),1)
ifneq ($(shell command -v conda),)
SNAKEMAKE += --use-conda
else
$(warning CONDA=1, but there is no conda on PATH: the jobs run in .venv)
endif
endif

.DEFAULT_GOAL := help
.PHONY: help demo test test-long prove-resume report search ui bench audit clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-12s %s\n", $$1, $$2 }'
	@echo 'Variables: PYTHON=python3.12, CORES=4, CONDA=1 (jobs in conda environments, where conda is on PATH)'

demo: $(READY) ## run the whole workflow with config.yaml and show the results
	$(SNAKEMAKE) --quiet host reason rules
	@awk '/^## .*,/ { exit } { print }' results/$(DATASET)/summary/results.md
	@echo 'All tables: $(CURDIR)/results/$(DATASET)/summary/results.md (.csv, .tex)'
	@echo 'The report: $(CURDIR)/results/$(DATASET)/report.html'
	@echo 'Search its images in every language: make search'
	@echo 'The tracked runs: make ui'

test: $(READY) ## every check: style, types, workflow, tests
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/snakefmt --check Snakefile workflow
	$(VENV)/snakemake --lint
	$(VENV)/mypy
	$(VENV)/python -m pytest -n 2 --dist loadgroup

test-long: $(READY) ## whole runs: twice the same bytes, on a Slurm of one node, in conda environments
	$(VENV)/python -m pytest -m '$(LONG)'

prove-resume: $(READY) ## kill a training five times, and show that it ends in the same bytes
	$(VENV)/python -m tests.training.prove_resume

report: $(READY) ## write Snakemake's own report of the last run
	$(SNAKEMAKE) --report results/$(DATASET)/snakemake-report.html

search: $(READY) ## serve the search page of the last run on http://127.0.0.1:8000
	@test -n '$(INDEX)' || { echo 'There is no index yet: make demo, or search: true in an experiment'; exit 1; }
	PYTHONPATH=src $(VENV)/python -m crosscap.cli serve $(INDEX)

ui: $(READY) ## open MLflow's page of the tracked runs on http://127.0.0.1:5000
	$(VENV)/mlflow ui --host 127.0.0.1 --workers 1 --backend-store-uri '$(STORE)'

bench: $(READY) ## measure the hot paths and write docs/performance.md
	PYTHONPATH=src $(VENV)/python benchmarks/performance.py $(ONLY)

audit: $(READY) ## check the locked versions against published advisories, which takes the internet
	@test -x .venv/audit/bin/pip-audit || { $(VENV)/python -m venv .venv/audit && \
		.venv/audit/bin/python -m pip install --quiet pip-audit; }
	@$(VENV)/python .ci/audit.py .venv/audit/bin/pip-audit

clean: ## remove results, logs and Snakemake's notes, and keep .venv and what make bench measured
	find results -mindepth 1 -maxdepth 1 ! -name README.md ! -name benchmarks -exec rm -rf {} +
	rm -rf logs .snakemake

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in {(3, 11), (3, 12), (3, 13)})' \
		|| { echo 'Crosscap needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is none: make PYTHON=python3.12 $(MAKECMDGOALS)'; exit 1; }
	@$(PYTHON) -m venv .venv || { echo '$(PYTHON) cannot make environments: apt-get install python3-venv'; exit 1; }
	@echo 'Installing into .venv: 2 GB, some minutes the first time'
	$(VENV)/python -m pip install --quiet --requirement requirements.lock
	$(VENV)/python -m pip install --quiet --no-deps --no-build-isolation --editable . # the command .venv/bin/crosscap
	@touch $@

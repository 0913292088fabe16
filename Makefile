# `make` alone prints what there is. TARGET=local (default) is this machine; TARGET=aws is a real account.
TARGET ?= local
PYTHON ?= python3
SCALE ?= 1

export LAB_TARGET = $(TARGET)
LAB = .venv/bin/lab

.DEFAULT_GOAL := help
.PHONY: help env setup up down status inspect reach plan apply seed destroy test labs bench lint format docs lock clean

help: ## Print this
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  TARGET=local (default) or TARGET=aws; SCALE=N for seed; VERBOSE=1 for all that Terraform says"

env: # .venv from requirements.lock; quick when it is already there
	@$(PYTHON) scripts/bootstrap.py

setup: env ## Environment, database servers, Terraform: what the other targets need
	@$(LAB) setup

up: env ## Start the local cloud
	@$(LAB) up

down: env ## Stop the local cloud with everything that it started
	@$(LAB) down

status: env ## Every part: real or simulated, version, address, health
	@$(LAB) status

inspect: env ## Everything that is there, as a list, and with a drawing in .local/environment.html
	@mkdir -p .local
	@$(LAB) inspect --html .local/environment.html

reach: env ## Does everybody reach whom they must, and nobody else? (exit 0: it is so)
	@$(LAB) reach --assert infrastructure/reachability.yaml

plan: env ## What apply would change (exit 0: nothing, 1: something)
	@$(LAB) plan

apply: env ## From nothing to the whole environment, seeded
	@$(LAB) apply $(if $(VERBOSE),--verbose)

seed: env ## Load the datasets again (SCALE=10 for ten times the rows)
	@$(LAB) seed --scale $(SCALE)

destroy: env ## Remove what apply made, and show that nothing is left
	@$(LAB) destroy $(if $(VERBOSE),--verbose)

# More workers than cores, and the end-to-end tests first: most of their time is the provider waiting.
test: env ## Every test: units, plans, and the whole environment end to end
	@.venv/bin/lab setup --quiet
	@.venv/bin/pytest -n 5 --dist loadgroup --no-loadscope-reorder

labs: env ## Every lab: reference solutions, right and wrong answers, notebooks
	@.venv/bin/lab setup --quiet
	@.venv/bin/pytest tests/scripts/labs

bench: env ## What it costs, as ratios to baselines of the same run (BENCH=seed,kinesis for some)
	@.venv/bin/lab setup --quiet
	@.venv/bin/python -m tests.bench $(BENCH)

lint: ## ruff, mypy --strict, terraform fmt and validate, checkov
	@$(PYTHON) scripts/bootstrap.py --checkov
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lab validate
	.local/checkov/bin/checkov --config-file infrastructure/.checkov.yaml

format: env ## Format Python and Terraform
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	terraform fmt -recursive infrastructure

docs: env ## Write anew what the documentation takes from the code: tables, commands, the drawing
	@$(LAB) docs

lock: ## Resolve pyproject.toml anew into the lock files
	@$(PYTHON) scripts/bootstrap.py --lock

clean: env ## Stop the local cloud and remove .local
	@$(LAB) clean

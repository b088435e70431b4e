# What can be done here. Everything goes through `dev`, which sets itself up.

.DEFAULT_GOAL := help
.PHONY: help run test check format bench migrations lock clean

# uv is put there by `dev` unless pip has an index of its own.
UV = $(or $(wildcard .venv/bin/uv),uv)
EXPORT = $(UV) export -q --no-header --format requirements-txt -p .venv/bin/python

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: ## run Songbook on this machine, until Ctrl-C
	python3 dev run

test: ## all checks and tests, as CI does
	python3 dev test

check: ## the checks alone: format, lint, imports, types, templates, migrations
	python3 dev check

format: .venv ## format Python and templates, and repair what can be repaired
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .
	.venv/bin/djlint --quiet --reformat templates || test $$? -eq 1

bench: .venv ## measure the discovery API against nginx (needs nginx and wrk)
	.venv/bin/python -m benchmarks.discovery

migrations: ## write the migration that the models ask for
	python3 dev manage makemigrations

lock: .venv ## pin the packages again: requirements/*.txt from pyproject.toml
	$(EXPORT) --no-default-groups --no-group embedded -o requirements/production.txt
	$(EXPORT) --no-default-groups --group embedded -o requirements/run.txt
	$(EXPORT) --group dev -o requirements/test.txt

clean: ## delete the virtual environment and all data of this checkout
	rm -rf .venv var

.venv:
	python3 dev check

# make PYTHON=/usr/bin/python3.13 VENV=.venv-3.13 test: with another interpreter, in an environment of its own.
export PYTHON ?=
VENV ?= .venv
VENV_DDEV ?= $(VENV)-ddev
SCENARIO ?=
PYTEST_ARGS ?=
# The end of a run that would never end. One takes eight minutes on two idle cores.
TEST_SECONDS ?= 3600
PYTHONS ?= 3.11 3.12 3.13
# Permissions and denied calls are of the account scope: they need an emulator of AWS.
HOST_TESTS ?= $(addprefix tests/,cli collect diagnoses emit test_architecture.py test_check.py test_configuration.py \
	test_configuration_account.py test_demo.py test_findings.py test_secrets.py) $(addprefix --ignore=tests/cli/,test_permissions.py test_denied_calls.py)
DOCUMENTS ?= 10000
SEED ?= 1
# An evaluator by others, under the AGPL: installed for one run, and no part of this product.
IAM_SIMULATE := @cloud-copilot/iam-simulate@0.1.173

python := $(VENV)/bin/python
export DDEV := $(CURDIR)/$(VENV_DDEV)/bin/ddev
# Nothing is kept outside the repository.
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/.hypothesis
export MYPY_CACHE_DIR := $(CURDIR)/.mypy_cache
export RUFF_CACHE_DIR := $(CURDIR)/.ruff_cache
# Two hundred programs that the tests start, and each process that shares them, would compile this package again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help all demo test lint format validate assets iam-differential bench wheel man checks-d pyz release environments environment environment-ddev environment-rollout environment-checkov environment-agents environment-terraform compatibility site environment-site clean

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

all: lint test validate demo ## Everything

demo: environment ## Run the real check against the IMDS simulator (one scenario: SCENARIO=hop-limit-too-low)
	@$(python) -m tools.demo $(SCENARIO)

test: environment environment-rollout environment-checkov environment-agents environment-terraform environment-site ## Run all tests (PYTEST_ARGS='-x tests/emit' for some)
	@timeout --foreground --kill-after 30 $(TEST_SECONDS) $(python) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: environment ## Check style, formatting, types and spelling
	@$(python) -m ruff check
	@$(python) -m ruff format --check
	@$(python) -m mypy
	@$(python) -m codespell_lib

format: environment ## Repair what ruff can repair
	@$(python) -m ruff check --fix
	@$(python) -m ruff format

validate: environment environment-ddev ## Check the assets; run every ddev validator that can fail, and prove that each does
	@$(python) -m tools.assets --check
	@$(python) -m pytest -q tests/asset_lint tests/validators.py

assets: environment environment-ddev ## Generate models, example configuration, documents, sample outputs, pictures
	@$(python) -m tools.assets --models

environments: environment environment-ddev environment-rollout environment-checkov environment-agents environment-terraform environment-site

environment:
	@tools/environment $(VENV) requirements/dev.txt .

environment-rollout:
	@tools/environment $(VENV)-rollout requirements/rollout.txt

environment-checkov:
	@tools/environment $(VENV)-checkov requirements/checkov.txt

environment-terraform:
	@tools/environment $(VENV)-terraform requirements/terraform.txt

environment-site:
	@tools/environment $(VENV)-site requirements/site.txt

environment-agents:
	@tools/agent-environments

environment-ddev:
	@tools/environment $(VENV_DDEV) requirements/ddev.txt

iam-differential: environment ## Compare our reading of trust policies with those of others (needs npm; DOCUMENTS=1000 SEED=2)
	@directory=$$(mktemp -d) && trap 'rm -rf "$$directory"' EXIT && \
	npm install --silent --no-audit --no-fund --cache "$$directory/cache" --prefix "$$directory" $(IAM_SIMULATE) && \
	$(python) -m tests.iam_differential "$$directory" $(DOCUMENTS) $(SEED)

bench: environment ## Measure what a run costs, on a host and for an account
	@$(python) -m benchmarks

wheel: environment ## Build the wheel that an Agent installs, in dist/
	@$(python) -m hatchling build -t wheel

man: environment ## Write the manual pages of the command line, in dist/man/
	@$(python) -m tools.man_pages

checks-d: environment ## Build the check as one file for checks.d, in dist/checks.d/, and one for hosts only
	@$(python) -m tools.single_file

pyz: environment ## Build the command line as one file that any Python runs, dist/aws-diagnostics.pyz
	@$(python) -m tools.single_file.zip_application

release: environment ## Build all that a release has, with an SBOM and SHA256SUMS, in dist/ (DOCS_URL=https://...: monitors that link there, too)
	@$(python) -m tools.release

site: environment-site ## Build the documents as a site, in dist/site/ (DOCS_URL=https://... is where it will be)
	@NO_MKDOCS_2_WARNING=1 $(VENV)-site/bin/mkdocs build --quiet --strict

# datadog-checks-dev requires newer libraries than old Agents embed, but its fixtures use none of them. Old libraries
# warn about newer ones, and `make test` turns warnings into errors.
compatibility: environment-agents ## Run the tests of the host scope on the oldest and the newest base (10 minutes; PYTHONS=3.12)
	@for version in $(PYTHONS); do \
	echo "== Python $$version with requirements/agent-$$version.txt"; \
	tested=.venv-compatibility-$$version; \
	pip="$$tested/bin/python -m pip install --quiet --disable-pip-version-check"; \
	"$$(readlink -f .venv-agent-$$version/bin/python)" -m venv --clear $$tested && \
	$$pip -r requirements/agent-$$version.txt -r requirements/compatibility.txt && \
	$$pip --no-deps --no-build-isolation datadog-checks-dev==40.0.1 --editable . && \
	$$tested/bin/python -m pytest -q -p no:cacheprovider -o filterwarnings=default $(HOST_TESTS) || failed="$$failed $$version"; \
	done; test -z "$$failed" || { echo "Tests failed with Python$$failed"; exit 1; }

clean: ## Remove everything that was built or installed here
	rm -rf .venv .venv-* .ddev-lab .build build dist .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache

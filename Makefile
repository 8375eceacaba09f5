# Everything starts here. Python 3.11+ and make are all a machine needs: the rest is installed below .venv, and what is
# built (kube-apiserver, etcd, a Go toolchain if there is none) lives in a cache outside the checkout.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PROMISES := promise promise/webapp $(patsubst %/parts.yaml,%,$(sort $(wildcard promise/subpromises/*/parts.yaml)))
DISTS := schemas kube pipeline sidecar hctl assistant tools tools/double
WORKERS ?= auto
# Tests on the API server wait for half of their time: one worker more than cores keeps the cores busy. Each
# has an API server, which at rest takes half of the processor time where it may use one core only.
TEST_WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 2) + 1)')
# Where `make system` can install what is missing, a skipped test is a fault.
NO_SKIPS := $(shell [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || echo --no-skips)
export PYTHONPATH :=
# Where it is set, each of a thousand processes of the tests compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE
LONG := tests/argocd tests/faults tests/unit/assistant/ask tests/cluster/hctl/test_pictures.py

.DEFAULT_GOAL := help
.PHONY: help demo demo-observability test system test-unit start-window test-node kind-up kind-demo kind-down coverage lint format schemas \
  promise pictures bench bench-hctl soak images wheels release repository weights lock audit clean control-plane verify observability observability-binaries

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: control-plane ## Show a request living through its phases on a real control plane (KEEP=1 leaves it running, ARGOCD=1 with the real Argo CD)
	@$(BIN)/python -m platform_status_demo $(if $(KEEP),--keep) $(if $(ARGOCD),--argocd)

demo-observability: control-plane ## Break a request: the alert arrives, hctl answers, it heals (KEEP=1 leaves it running)
	@$(BIN)/python -m observability.binaries >/dev/null || true # the demo says it better
	@$(BIN)/python -m observability.watched $(if $(KEEP),--keep)

test: system control-plane ## Run every test, those on the real API server included; as root on a Debian none may be skipped
	@$(BIN)/python -m localplane build kubectl
	@$(BIN)/python -m observability.binaries || true # what needs them says so
	@GOMAXPROCS=1 $(BIN)/python -m pytest -n $(TEST_WORKERS) -m "not node and not argocd and not flux and not long" $(NO_SKIPS) $(ARGS)

system: ## Install what tests take from the system, as root on a Debian; elsewhere say what is missing
	@tools/system-packages.sh

test-unit: $(READY) ## Run the tests of rules, decoding and texts, without a cluster (under a minute)
	@$(BIN)/python -m pytest -n $(WORKERS) --hypothesis-profile=quick tests/unit tests/golden tests/lives tools/double/src/kratix_double/selftests -m "not cluster" $(ARGS)

start-window: $(READY) ## Count the starts that Kratix loses to the sidecar: 20 pairs and a burst of 12, with both pacings (6 min)
	@$(BIN)/python -m tests.cluster.start_window.groups --before
	@$(BIN)/python -m tests.cluster.start_window.groups

test-node: $(READY) ## Run the built images on a real kubelet, as root; without root it says so and skips
	@$(BIN)/python -m pytest -n 0 -m node tests/node $(ARGS)

.PHONY: test-argocd test-long argocd-objects

test-argocd: $(READY) ## Run lives with the real Argo CD, as root; where there can be none it says so and skips (ARGS="-k rollout")
	@$(BIN)/python -m pytest -n 0 -m "argocd and not long" tests/argocd $(ARGS)

test-long: control-plane ## Run what takes minutes, outside CI: all faults, the soak (SOAK=240 seconds), what hctl ask answers, the pictures, and retries, rest and silence of the real Argo CD (as root)
	@SOAK=$(SOAK) $(BIN)/python -m pytest -n 0 -m "long or not argocd" $(LONG) $(ARGS)

argocd-objects: $(READY) ## Run the same, and record what Argo CD wrote in its lives as golden cases in tests/golden
	@ARGOCD_OBJECTS=tests/golden $(BIN)/python -m pytest -n 0 -m "argocd and not long" tests/argocd/test_lives.py $(ARGS)

.PHONY: test-flux flux-objects

test-flux: $(READY) ## Run lives with the real Flux, as root; where there can be none it says so and skips (ARGS="-k suspended")
	@$(BIN)/python -m pytest -n 0 -m flux tests/flux $(ARGS)

flux-objects: $(READY) ## Run the same, and record what Flux and the sidecar wrote in its lives as golden cases in tests/golden
	@FLUX_OBJECTS=tests/golden $(BIN)/python -m pytest -n 0 -m flux tests/flux/test_lives.py $(ARGS)

.PHONY: operator-objects

operator-objects: $(READY) ## Run real operators, as root, and record what they write as golden cases in tests/golden/objects (ARGS=cert-manager)
	@$(BIN)/python -m tests.operators $(ARGS)

kind-up: $(READY) ## Make a kind cluster with Kratix, our images and the Promise (needs Docker and kind)
	@$(BIN)/python -m platform_status_kind up

kind-demo: $(READY) ## Take the example request through its life on that cluster
	@$(BIN)/python -m platform_status_kind demo

kind-down: $(READY) ## Delete that cluster
	@$(BIN)/python -m platform_status_kind down

coverage: $(READY) ## Hold the contract and its rules to full branch coverage, with a tenth of the examples of make test
	@$(BIN)/python -m pytest -n $(WORKERS) -q --hypothesis-profile=quick tests/golden tests/lives tests/unit/rules tests/unit/schemas tests/unit/observing tests/unit/objects \
	  tests/unit/hctl/explain tests/unit/sidecar/test_bytes.py \
	  --cov=platform_status_contract --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100

lint: $(READY) ## Check style, types, layers, workflows, generated files and changelog fragments
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(foreach dist,$(DISTS),$(dist)/src) observability promise tests
	@$(BIN)/lint-imports
	@$(BIN)/zizmor --offline --quiet .github
	@"$$($(BIN)/python -m localplane build actionlint)" -shellcheck=$(BIN)/shellcheck
	@$(MAKE) --no-print-directory verify

format: $(READY) ## Format the code and mend what ruff can mend
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

schemas: $(READY) ## Write what is generated from schemas and CRDs: the reference page, the request's JSON Schema, what the assistant carries
	@$(BIN)/python -m platform_status_contract.validation.reference --write docs/contract/v1.md
	@$(BIN)/python promise/request_schema.py
	@$(BIN)/python promise/policies.py
	@$(BIN)/python assistant/knowledge.py --write

# PIPELINE, DESTINATION, OVER and POLICY come from make's command line by way of the environment, so nothing in them is a command.
promise: $(READY) ## Write each promise.yaml from its parts (below dist/: REGISTRY= with digests; PIPELINE=, DESTINATION=, OVER=, POLICY=: that of FOLDER=promise for your platform; DEPENDENCIES=static prints)
ifdef DEPENDENCIES
	@$(BIN)/python promise/assemble.py --dependencies $(DEPENDENCIES) $(if $(REGISTRY),--registry $(REGISTRY))
else ifneq ($(PIPELINE)$(DESTINATION)$(OVER)$(POLICY),)
	@$(BIN)/python promise/assemble.py "$${FOLDER:-promise}" $(if $(REGISTRY),--registry $(REGISTRY)) $${OUT:+"--out=$$OUT"} \
	  $${PIPELINE:+"--pipeline=$$PIPELINE"} $${DESTINATION:+"--destination=$$DESTINATION"} $${OVER:+"--over=$$OVER"} $${POLICY:+"--policy=$$POLICY"}
else
	@for folder in $(PROMISES); do $(BIN)/python promise/assemble.py $(if $(REGISTRY),--registry $(REGISTRY)) $$folder || exit 1; done
endif

observability: $(READY) ## Write what watches it: PrometheusRule, dashboard, runbooks, the tables of metrics; and check them
	@$(BIN)/python -m observability
	@$(BIN)/python assistant/knowledge.py --write

.PHONY: site

site: $(READY) ## Build the site of docs/ into dist/site, without a network; a dead link or a page of long sentences fails it
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build # with --quiet it counts no warning, and so fails on none

observability-binaries: $(READY) ## Fetch prometheus, promtool, alertmanager and amtool into the cache (Debian; once)
	@$(BIN)/python -m observability.binaries

verify: $(READY)
	@$(BIN)/python promise/request_schema.py --check
	@$(BIN)/python promise/policies.py --check
	@$(BIN)/hctl validate promise --strict >/dev/null || $(BIN)/hctl validate promise --strict
	@for folder in $(PROMISES); do $(BIN)/python promise/assemble.py --check $$folder || exit 1; done
	@$(BIN)/python -m platform_status_contract.validation.reference --check docs/contract/v1.md
	@$(BIN)/python -m observability --check
	@$(BIN)/python assistant/knowledge.py --check
	@$(BIN)/python -m platform_status_release.tested --check
	@$(BIN)/towncrier build --draft --version 0 >/dev/null

bench: control-plane ## Measure the sidecar with 200 and 1,000 requests (N=100 for another size, WORLD=still|argocd|burst, MEMORY=64Mi, CPU=100, OBJECTS=1 for two further objects each)
	@$(BIN)/python -m tests.bench $(if $(WORLD),--world $(WORLD)) $(if $(N),--requests $(N)) \
	  $(if $(MEMORY),--memory $(MEMORY)) $(if $(CPU),--cpu $(CPU)) $(if $(SHARD),--shard $(SHARD)) $(if $(OBJECTS),--objects)

bench-hctl: control-plane ## Measure how soon hctl answers, beside kubectl (BESIDE=PYTHON: that of another checkout, in turn)
	@$(BIN)/python -m tests.bench.hctl $(if $(BESIDE),--beside $(BESIDE))

pictures: control-plane ## Draw the pictures of docs/hctl.md, out of a real run
	@$(BIN)/python -m tests.cluster.hctl.pictures

soak: control-plane ## Shake the sidecar with random churn and every fault (SOAK=900 seconds)
	@$(BIN)/python -m tests.faults.soak $(if $(SOAK),--seconds $(SOAK))

images: $(READY) ## Build both images into dist/images, and push them (REGISTRY=... PUSH=1; ENGINE=docker or podman, else buildah as root)
	$(if $(PUSH),$(if $(REGISTRY),,$(error PUSH=$(PUSH) without a registry: make images REGISTRY=registry.example.com/platform PUSH=1)))
	@$(BIN)/python -m platform_status_images build --output dist/images $(if $(ENGINE),--engine $(ENGINE)) \
	  $(if $(BASE),--base $(BASE)) $(if $(ONLY),--only $(ONLY)) $(if $(PUSH),--push $(REGISTRY))

control-plane: $(READY)
	@$(BIN)/python -m localplane build

wheels: $(READY) ## Write the wheels of a release into dist/wheels: ours, and at the lock's hashes all that hctl and hctl ask need
	@$(BIN)/python -m platform_status_images wheels dist/wheels

release: $(READY) ## Write a release into dist, without pushing anything (VERSION=x.y.z REGISTRY=...; ENGINE= and BASE= as images has them)
	$(if $(and $(VERSION),$(REGISTRY)),,$(error make release VERSION=x.y.z REGISTRY=registry.example.com/platform))
	@rm -rf dist
	@$(BIN)/python -m platform_status_release "$(VERSION)" --registry "$(REGISTRY)" --output dist \
	  $(if $(ENGINE),--engine $(ENGINE)) $(if $(BASE),--base $(BASE))

repository: $(READY) ## Set REPOSITORY=https://..., where this repository lives, in its one place and in every text that names it
	$(if $(REPOSITORY),,$(error make repository needs an address: make repository REPOSITORY=https://git.example.com/team/name))
	@was=$$($(BIN)/python -c 'import platform_status_contract as contract; print(contract.REPOSITORY)') \
	  && git grep -lF "$$was" | xargs sed -i "s|$$was|$(subst &,\&,$(REPOSITORY))|g"

weights: $(READY) ## Count lines, modules and golden files: what design.md wants fewer of
	@$(BIN)/python -m platform_status_weights

lock: $(READY) ## Resolve the dependencies anew into requirements.lock, with hashes and without host names
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 \
	  --custom-compile-command "make lock" --no-emit-package platform-status-contract \
	  --no-emit-package platform-status-hctl --no-emit-package platform-status-kube --no-emit-package platform-status-localplane --all-extras --group pyproject.toml:dev $(foreach dist,$(DISTS),$(dist)/pyproject.toml) -o requirements.lock

audit: $(READY) ## Ask a database about known faults of what the lock names (RELEASE=1: one that cannot be reached fails it)
	@RELEASE=$(RELEASE) tools/audit-lock.sh

clean: ## Remove what was made in the checkout (the cache outside stays)
	@rm -rf $(VENV) .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock tools/bootstrap.lock pyproject.toml $(foreach dist,$(DISTS),$(dist)/pyproject.toml)
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else \
	  f"make: {sys.executable} is Python {v[0]}.{v[1]}; 3.11 or newer is needed: make PYTHON=/path/to/python3.11")'
	@echo "installing the environment into $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/bootstrap.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(foreach dist,$(DISTS),-e ./$(dist))
	@touch $@

# `make book` and `make test` do everything, set-up included. Python 3.11+ and make are all they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
BENCH  := .venv-bench
TORCH  := .venv-torch
PORT   ?= 8000
# One thread for linear algebra per process: the build and the tests already use every core.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: help setup book test agreement browser binder links lint format claims notebooks picture serve lock bench bench-networks clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and "Python 3.11 or newer is needed, but $(PYTHON) is %d.%d; say make PYTHON=/path/to/python3.11" % v[:2])'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(READY) ## make the environment in .venv from the lock file (the other targets do this themselves)

# Readers have no compiled engine, and compiling it costs a cold machine more than it saves here.
book: export REGUTILS_ROUTE = numpy
book: $(READY) ## build the site: _build/html/index.html
	$(BIN)/jupyter-book build . -W -n --keep-going

test: $(READY) ## run all tests that need neither a browser nor PyTorch
	$(BIN)/python -m pytest -n auto

# PyTorch has an environment of its own, so that nobody needs it for the course. Its wheel on PyPI brings several
# gigabytes of CUDA on Linux; PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu gets the one without.
$(TORCH)/.ready: tests/agreement/requirements.lock tests/agreement/torch.txt
	$(PYTHON) -m venv --clear $(TORCH)
	$(TORCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/agreement/requirements.lock
	$(TORCH)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/agreement/torch.txt
	@touch $@

agreement: $(TORCH)/.ready ## compare optimizers, networks and conventions with PyTorch's
	$(TORCH)/bin/python -m pytest -m torch tests/agreement

# Chromium now and then stops drawing, and whoever waits for its next frame waits forever. Such a test is tried again
# (with a new process where it had to be ended); a test that fails for another reason is not.
browser: $(READY) book ## check the built site in Chromium (has to be installed)
	$(BIN)/python -m pytest -m browser -n 2 --timeout 120 --timeout-method thread --reruns 2 --only-rerun 'no frame was drawn'

lint: $(READY) ## linter, formatter, types, and whether generated files are current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python notebooks/generate.py --check

format: $(READY) ## let the linter and the formatter mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

claims: $(READY) ## run every claim's experiment and list the verdicts
	$(BIN)/regutils claims

notebooks: $(READY) ## write the students' notebooks from notebooks/source
	$(BIN)/python notebooks/generate.py

binder: $(READY) ## install what Binder installs and run every chapter and notebook there (Python 3.11, Chromium)
	PYTHON=$(PYTHON) binder/check

links: $(READY) ## check that links to other sites still lead somewhere (needs the network)
	$(BIN)/jupyter-book build . --builder linkcheck

serve: book ## build the site and serve it on http://localhost:8000
	$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

picture: $(READY) ## redraw the README's picture
	$(BIN)/python .github/picture.py

lock: ## renew requirements.lock (needs uv): the newest versions that pyproject.toml allows, for Python 3.11 to 3.14
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --upgrade --no-header -o requirements.lock
	uv pip compile pyproject.toml --extra bench --universal --python-version 3.11 -c requirements.lock --generate-hashes --no-header -o benchmarks/requirements.lock
	uv pip compile tests/agreement/requirements.in --universal --python-version 3.11 -c requirements.lock --generate-hashes --no-emit-package regutils --no-header -o tests/agreement/requirements.lock
	uv pip compile binder/requirements.in -c requirements.lock --python-version 3.11.14 --python-platform x86_64-manylinux_2_28 --upgrade --no-header --no-annotate -o binder/requirements.txt

$(BENCH)/.ready: benchmarks/requirements.lock
	$(PYTHON) -m venv --clear $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock
	@touch $@

bench: $(BENCH)/.ready ## time the path engine against other libraries, on a quiet machine (ARGS=--quick for a taste)
	$(BENCH)/bin/python -m benchmarks.paths $(ARGS)

bench-networks: $(TORCH)/.ready ## time stacked networks against PyTorch, on a quiet machine (ARGS=--quick for a taste)
	$(TORCH)/bin/python -m benchmarks.networks $(ARGS)

clean: ## remove what was built, the environments included
	rm -rf _build dist $(VENV) $(BENCH) $(TORCH) .pytest_cache .mypy_cache .ruff_cache .hypothesis

# make run    the graph from records/, validated, with one question answered
# make test   the fast suite, in Python alone
# make test-all  and what needs a server or Java; what cannot be had is skipped with a reason

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test test-all check docs lock clean

run: $(VENV)/ready
	@echo "== The graph, from the records in records/"
	@$(BIN)/kg build records --out graph
	@echo
	@echo "== The consistency of the graph, by the shapes in shapes/"
	@$(BIN)/kg validate --out graph
	@echo
	@echo "== A question: the dispatch 102310 was \"for the eyes of General Arnold only\"."
	@echo "== Who handled it or had a copy, and where does it stand? (queries/handled.rq)"
	@$(BIN)/kg sparql --file queries/handled.rq --out graph
	@echo
	@echo "== Go on with:"
	@echo "  . $(VENV)/bin/activate"
	@echo "  kg show D20                         all that is known of an item, with its evidence"
	@echo "  kg show deane-102310-feb-1944       the message that it bears"
	@echo "  kg sparql --file queries/route.rq   by what route messages went"
	@echo "  kg schema blank message             a blank record; docs/records.md says how to write one"
	@echo "  make test                           the tests"

test: check
	$(BIN)/python -m pytest

test-all: check $(VENV)/ready-all
	$(BIN)/python -m pytest --everything -rs

check: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

$(VENV)/ready: pyproject.toml .ci/requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kg needs Python 3.11 or later; say make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes --requirement .ci/requirements.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-all: $(VENV)/ready .ci/requirements-all.txt
	-$(INSTALL) --require-hashes --requirement .ci/requirements-all.txt
	@touch $@

# The pages that are made from the ontology.
docs: $(VENV)/ready
	$(BIN)/kg schema terms > docs/terms.md

# The pinned versions, with hashes and without addresses; needs uv.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --no-annotate
lock:
	$(LOCK) pyproject.toml .ci/build.in --extra all --extra test --output-file .ci/requirements.txt
	$(LOCK) .ci/server.in --output-file .ci/requirements-all.txt

clean:
	rm -rf $(VENV) graph dist

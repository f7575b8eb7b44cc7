# Everything runs in .venv, which the first target that needs it creates. `make help` lists the targets.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
JOBS ?= 2
OUT ?= out/certify
EXAMPLE := examples/cancer_2-16-16-16-1.onnx

BIN := .venv/bin
INSTALLED := .venv/installed
TEX := .venv/tex
KERNEL_PACKAGES := coq ocaml-nox ocaml-findlib libzarith-ocaml-dev
TEX_PACKAGES := texlive-latex-base texlive-latex-recommended texlive-pictures

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help certify test quick check lint types architecture kernel format examples sweeps mutation benchmarks kinks peers wheel clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' Makefile

certify: $(INSTALLED) $(TEX) ## the main job on a trained network: rewrite, prove, check, PDF (in out/certify)
	$(BIN)/relucert transform two-hidden $(EXAMPLE) --domain box:-1,1 -o $(OUT)
	$(BIN)/relucert check $(OUT)
	$(PYTHON) -I -S verify/checker.py $(OUT)/claim.json $(OUT)/certificate.json
	$(BIN)/relucert report $(OUT)

test: $(INSTALLED) ## every test
	$(BIN)/pytest -n $(JOBS)

quick: $(INSTALLED) ## the tests that take no more than a few seconds each
	$(BIN)/pytest -n $(JOBS) -m "not slow"

check: lint types architecture ## lint, types, and who may import whom

lint: $(INSTALLED) ## ruff: style, and whether everything is formatted
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED) ## mypy, strict
	$(BIN)/mypy

architecture: $(INSTALLED) ## import directions, size of the checker, notes and theorems
	$(BIN)/pytest tests/test_architecture.py tests/test_notes.py

kernel: $(INSTALLED) ## build the checker proved in Coq, and what is extracted from it (installs Coq where it may)
	@command -v coqc >/dev/null && command -v ocamlfind >/dev/null || bash .ci/apt $(KERNEL_PACKAGES) || \
		echo 'Coq, OCaml and zarith are missing (Debian: $(KERNEL_PACKAGES)); all else works without them.'
	@! command -v coqc >/dev/null || $(BIN)/python -m verify.kernel

format: $(INSTALLED) ## ruff: format, and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

examples: $(INSTALLED) ## train the networks in examples/ again (adds scikit-learn to .venv)
	$(BIN)/pip install --quiet --editable '.[dev,train]'
	$(BIN)/python examples/train.py
	OPENBLAS_NUM_THREADS=1 $(BIN)/python examples/digits.py

mutation: $(INSTALLED) ## small mistakes in every construction: do the property tests notice? (half an hour)
	$(BIN)/python -m benchmarks.mutation --jobs $(JOBS)

sweeps: $(INSTALLED) ## every form on every network of some small shapes, proved (an hour; goes on where it was)
	$(BIN)/python -m benchmarks.sweeps --jobs $(JOBS) -o out/sweeps

benchmarks: $(INSTALLED) ## a table of times and sizes
	$(BIN)/python -m benchmarks.run

kinks: $(INSTALLED) ## a public controller over its whole input box, by kink certificates (minutes, 2 GB)
	$(BIN)/python -m benchmarks.kinks

peers: $(INSTALLED) ## relucert beside Z3, cvc5, MILP and Marabou on the same questions (half an hour)
	-$(BIN)/python -m benchmarks.peers set-up
	$(BIN)/python -m benchmarks.peers equality --timeout 10 --write
	$(BIN)/python -m benchmarks.peers tolerance --timeout 20 --write

wheel: $(INSTALLED) ## dist/relucert-*.whl
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

clean: ## remove what was generated; .venv stays
	rm -rf out build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find theory verify tests benchmarks examples -name __pycache__ -prune -exec rm -rf {} +

# Debian ships venv without ensurepip; python3-venv brings it.
$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or later is needed; name it by make PYTHON=...'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || bash .ci/apt python3-venv || \
		{ echo 'Python cannot make virtual environments here: install python3-venv'; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# TeX is wanted for the PDF alone, so nothing fails without it.
$(TEX): | $(INSTALLED)
	@command -v pdflatex >/dev/null || bash .ci/apt $(TEX_PACKAGES) || \
		echo 'The PDF is left out: there is no pdflatex and it could not be installed.'
	@touch $@

.DEFAULT_GOAL := help
.PHONY: help setup lock demo test check bench translations stop clean
PYTHON ?= python3
ARGS ?=
export UV_PYTHON_DOWNLOADS := never
UV := .tools/bin/uv
PO := $(wildcard nt_process/translations/*/LC_MESSAGES/messages.po)

help:  ; @echo "make demo | make stop | make test | make check | make bench | make translations | make lock | make clean"
setup: .venv/.ok node_modules/.ok $(PO:.po=.mo) .venv/.system

.tools/bin/uv: tools/bootstrap.py ; @$(PYTHON) tools/bootstrap.py
.venv/.ok: .tools/bin/uv requirements.lock
	@test -x .venv/bin/python || $(UV) venv -q --python "$$($(PYTHON) -c 'import sys;print(sys.executable)')" .venv
	@$(UV) pip sync -q --python .venv/bin/python --require-hashes requirements.lock
	@$(UV) pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e . && touch $@
node_modules/.ok: package.json package-lock.json ; @npm ci --ignore-scripts --no-fund --no-audit --loglevel=error && touch $@
.venv/.system: .venv/.ok tools/system.py ; @.venv/bin/python tools/system.py $@
%.mo: %.po .venv/.ok ; @.venv/bin/pybabel -q compile -i $< -o $@

lock: .tools/bin/uv
	@$(UV) pip compile -q pyproject.toml --extra embedded --extra saml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -o requirements.lock
demo: setup ; @exec .venv/bin/nt demo $(ARGS)
stop: setup ; @.venv/bin/nt stop
test: setup ; @.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)
check: setup ; @.venv/bin/python tools/check.py
bench: setup ; @.venv/bin/python -m bench $(ARGS)
translations: setup ; @.venv/bin/python tools/translations.py update
clean: ; @rm -rf .venv .tools node_modules var nt_process/static/vendor

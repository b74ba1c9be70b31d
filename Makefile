# demo, run, test, check and bench each set up what they need, in .venv, and then do their work.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: demo run test test-fast check style types strict-types layers wheels mutate bench \
	bench-barge-ins bench-files bench-browser bench-links bench-live bench-mail bench-peers bench-restarts \
	bench-soak bench-web screenshots clean

demo: $(VENV)/.user
	$(BIN)/voiced demo

run: $(VENV)/.user
	$(BIN)/voiced run

HERMETIC := not engine and not device and not slow and not browser and not mail
ALONE := device or alone

# what is compiled is kept for the next run
test test-fast: export PYTHONDONTWRITEBYTECODE :=

# real programs side by side; then, one after another, what is measured in real time
test: test-fast build/axe
	tests/install_system_packages.sh
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not ($(HERMETIC)) and not ($(ALONE))" $(ARGS)
	$(BIN)/python -m pytest -m "$(ALONE)" $(ARGS)

# what these tests write is never waited for
test-fast: export PYTEST_DEBUG_TEMPROOT := $(wildcard /dev/shm)
test-fast: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "$(HERMETIC)" $(ARGS)

check: $(VENV)/.dev build/typing/voiced_intents
	@$(MAKE) --no-print-directory -j2 --output-sync=target style types strict-types wheels layers

style types strict-types layers wheels: $(VENV)/.dev build/typing/voiced_intents

style:
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types:
	$(BIN)/mypy

strict-types:
	$(BIN)/pyright --pythonpath $(BIN)/python

layers:
	$(BIN)/lint-imports

wheels:
	$(BIN)/python tests/check_wheels.py

# do the tests notice? a few minutes; `make mutate ARGS=policy` tries one module
mutate: $(VENV)/.dev
	$(BIN)/python tests/mutation $(ARGS)

bench: $(VENV)/.bench build/hassil-fuzzy
	$(BIN)/voiced bench overhead
	$(BIN)/voiced bench idle
	$(BIN)/voiced bench barge-in
	$(BIN)/voiced bench room
	$(BIN)/voiced bench intents
	$(BIN)/voiced bench intents --sentences tests/sentences --fuzzy build/hassil-fuzzy
	$(BIN)/python tests/bench/dojo
	$(BIN)/python tests/injection
	$(BIN)/python tests/bench/kills

bench-peers: $(VENV)/.user
	$(BIN)/python tests/bench/peers $(ARGS)

# the index of files on a home of 200,000 files, made for it in the temporary folder
bench-files: $(VENV)/.dev
	$(BIN)/python tests/bench/files_index.py $(ARGS)

# switching among 500 tabs; `make bench-browser ARGS=--real` opens them in Chromium, which takes minutes
bench-browser: $(VENV)/.dev
	$(BIN)/python tests/bench/browser_tabs.py $(ARGS)

# somebody swaps a folder for a link while it is looked into, 100,000 times
bench-links: $(VENV)/.dev
	$(BIN)/python tests/bench/link_swapper.py $(ARGS)

# a mailbox of 50,000 mails on a real server, and every break of sending and drafts
bench-mail: $(VENV)/.dev
	tests/install_system_packages.sh
	$(BIN)/python tests/bench/mailbox.py $(ARGS)
	$(BIN)/python tests/bench/mail_breaks.py

# the whole daemon on a real sound server, without hardware
bench-live: $(VENV)/.dev
	tests/install_system_packages.sh
	$(BIN)/python tests/bench/live.py

# a thousand interruptions on real sound servers, in four loops side by side: a quarter of an hour
bench-barge-ins: $(VENV)/.dev
	tests/install_system_packages.sh
	$(BIN)/python tests/bench/barge_ins.py $(ARGS)

# how long it is deaf after a crash, under a real user manager: a minute; needs root, as in a container
bench-restarts: $(VENV)/.dev
	tests/install_system_packages.sh
	$(BIN)/python tests/bench/restarts.py $(ARGS)

# a long day, faster than real time: ten minutes
bench-soak: $(VENV)/.dev
	$(BIN)/python tests/bench/soak.py $(ARGS)

# the page in a real browser: how fast it follows, what it misses, what it costs
bench-web: $(VENV)/.dev
	tests/install_system_packages.sh
	$(BIN)/python tests/bench/web_live.py $(ARGS)
	$(BIN)/python tests/bench/web_journal.py

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "voiced needs Python 3.11 to 3.13 with venv; on Debian or" \
		"Ubuntu: sudo apt install python3 python3-venv" >&2; exit 69; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.user: $(VENV)/bin/python pyproject.toml setup.py
	$(PIP) install -e .
	touch $@

$(VENV)/.bench: $(VENV)/bin/python pyproject.toml setup.py
	$(PIP) install -e '.[bench]'
	touch $@ $(VENV)/.user

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml setup.py
	$(PIP) install -e '.[dev]'
	touch $@ $(VENV)/.user

# the last hassil with its fuzzy matcher, for comparison, beside the one that voiced uses
build/hassil-fuzzy: $(VENV)/bin/python
	$(PIP) install --no-deps --target $@ 'hassil==3.8.1'

# axe, which judges in tests how the page reads aloud; beside the project, and no part of it
build/axe: $(VENV)/bin/python
	$(PIP) install --no-deps --target $@ 'axe-playwright-python==0.1.8' || \
		echo "axe cannot be had here: its test is skipped" >&2

# the README's picture of the page, from a conversation as it really goes
screenshots: $(VENV)/.dev
	$(BIN)/python docs/pictures/make.py

build/typing/voiced_intents:
	mkdir -p build/typing
	ln -sfn ../../intents build/typing/voiced_intents
	ln -sfn ../../voices build/typing/voiced_voices
	ln -sfn ../../systemd build/typing/voiced_systemd

clean:
	rm -rf $(VENV) build out

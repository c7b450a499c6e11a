# make test    the whole suite (its own set-up included)
# make lint    every linter
# make bench   times and sizes as ratios; reports, never asserts
# make boots   starts of apps, slimmed and not, as ratios (docs/bench.md); reports, never asserts
# make corpus  whole environments before and after, into docs/corpus.md (an hour or two; the
#              parts: make corpus CORPUS="django torch", CI's: make corpus CORPUS=--small; their
#              programs at a level, into docs/unused.md: make corpus CORPUS="llm --level unused")
# make apps    small apps with dynamic parts before and after SLUGFIT_LEVEL=unused, into
#              docs/unused.md (half an hour; parts: make apps APPS="django_shop data", another level:
#              make apps APPS="--level standard"); no difference is the bar
# make sizes   six apps as whole slugs, ours beside other people's rules, into docs/bench.md (an hour or
#              two; parts: make sizes SIZES="torch --only unused", CI's: make sizes SIZES=--smoke)
# make pyz     slugfit.pyz, the engine as one file
# make wheel   dist/slugfit-….whl
# make stack   two apps from push to running dyno in Docker, which it installs and starts if need
#              be (as root, on Debian or Ubuntu; docs/stack.md; CI's part: make stack STACK=--smoke)
# make pythons the newest Pythons, from Debian testing (as root, on Debian); prints what to set for
#              the tests that run each Python: SLUGFIT_TEST_PYTHONS="$(make --silent pythons)"
# make browser Chromium, for the tests that look at report.html (as root, on Debian or Ubuntu; CI:
#              make browser BROWSER=--or-skip); without it these tests say so and are left out
.PHONY: test quick lint format bench boots corpus apps sizes stack pythons browser pyz wheel clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Scripts; the files of lib/ are checked as part of the scripts that source them.
SCRIPTS = $(shell git ls-files --cached --others --exclude-standard \
	'bin/*' 'lib/standin/bin/*' 'lib/slugfit/*.sh' 'tests/testrunner/*.sh' 'tools/stack/inside/*.sh' \
	'.ci/*')
SHELL_FILES = $(shell git ls-files --cached --others --exclude-standard \
	'bin/*' 'lib/*.sh' 'lib/standin/bin/*' 'lib/standin/*.sh' 'tests/*.sh' 'tools/*.sh' '.ci/*')

test: $(VENV)/ready
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadgroup
	tests/testrunner/run.sh

# Without the tests that build real environments.
quick: $(VENV)/ready
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadgroup -m "not index"

lint: $(VENV)/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/shellcheck --check-sourced --external-sources $(SCRIPTS)
	$(BIN)/shfmt --diff $(SHELL_FILES)

format: $(VENV)/ready
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/shfmt --write $(SHELL_FILES)

bench: $(VENV)/ready
	$(BIN)/python tools/bench.py $(BENCH)

boots: $(VENV)/ready
	$(BIN)/python tools/bench_boot.py $(BOOTS)

corpus: $(VENV)/ready
	PYTHONPATH=tools $(BIN)/python -B -m corpus $(CORPUS)

apps: $(VENV)/ready
	PYTHONPATH=tools $(BIN)/python -B -m unused $(APPS)

sizes: $(VENV)/ready
	PYTHONPATH=tools $(BIN)/python -B -m sizes $(SIZES)

pyz:
	$(PYTHON) -I -S -B lib/slugfit single-file slugfit.pyz

wheel: $(VENV)/ready
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

stack: $(VENV)/ready
	PYTHONPATH=tools $(BIN)/python -B -m stack $(STACK)

pythons:
	@$(PYTHON) -B tools/debian_pythons.py

browser:
	@$(PYTHON) -B tools/debian_browser.py $(BROWSER)

$(VENV)/ready: tests/requirements.txt
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	touch $@

clean:
	rm -rf $(VENV) build dist lib/*.egg-info slugfit.pyz .work .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The verbs of this project; each installs what it needs first. `make help` lists them.
VENV ?= .venv
SHIFT ?=
PYTEST ?=
WORKERS ?= 3
FLAKE8 ?=
LOCK ?= dev
DRIFT ?=
BACKTEST ?=
TASK ?=
FORCE ?=
SPAN ?=
PROMETHEUS ?= http://localhost:9090

# As they were given: make would run what a value such as $(shell …) says, and the shell would take
# the $ of a column's name for a variable.
GIVEN := LOCK ROWS RATE LATE START HORIZON PHASES FROM REF NAME KIND OUTPUT FILE TARGET TIME SENSITIVE UNUSED WORDS DECIMAL DATES GAPS
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name))))
export $(GIVEN)

# A misspelt variable would be no variable, and its verb would do something else.
KNOWN := $(GIVEN) VENV NODE_MODULES YES PYTEST WORKERS FLAKE8 DRIFT BACKTEST ALARMS ESTIMATE COST RUNS TASK SHIFT FORCE \
	PROMETHEUS SPAN URL PROJECT DROPPED BASE NEWER SHELL
TYPED := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
# Those of the programs that verbs run, too.
KNOWN += PYTHON% PERENNIAL_% RELAY_% DVC_% GITLAB_% MLFLOW_% WANDB_% TRACKERS CI LANG MAKE%
$(foreach name,$(filter-out $(KNOWN),$(TYPED)),$(error $(name): no verb has this variable, expected of $(sort $(KNOWN))))

export VENV := $(abspath $(VENV))
export PATH := $(VENV)/bin:$(CURDIR)/node_modules/.bin:$(PATH)
INSTALL := requirements/install.sh
# Python programs without the suffix that tools look for.
SCRIPTS := ci/champion ci/duties ci/links ci/plan ci/upgrade
CHECKS := black flake8 mypy contracts
# Or every worker of the tests, and every program that they start, compiles this tree again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check tests generate task task-new task-remove upgrade upgraded data send backtest preview serve examples bench bench-drift bench-alarms bench-estimate bench-backtest bench-cost results lock install everything test-everything test-nightly test-images black flake8 mypy contracts collect gitlab-check champion

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: everything ## Run the whole loop on this machine (TASK=digits, SHIFT=help lists a task's; YES=1 installs without asking)
	@python -m demo.loop $(if $(TASK),--task "$(TASK)") $(if $(SHIFT),--shift "$(SHIFT)")

test: CHECKS += collect
test: check tests ## Run every check and every test, the whole loop included (YES=1 installs without asking)

check: install ## Run the quick checks: format, lint, types, import contracts, generated files
	@$(MAKE) --no-print-directory --jobs=4 $(CHECKS)

tests: test-everything ## Run every test but the nightly ones (PYTEST=tests/service; WORKERS=3 in parallel)
	@python -m pytest -n $(WORKERS) --durations=20 $(PYTEST)

test-nightly: test-everything ## Run the tests that take too long for every run (PYTEST=tests/benchmarks)
	@python -m pytest -m nightly --durations=20 $(PYTEST)

# The parts of `check`; CI runs them in parallel.
black: install
	@black --quiet --check . $(SCRIPTS) || { echo "black would change files: run 'black . $(SCRIPTS)'"; exit 1; }

flake8: install
	@flake8 $(FLAKE8) . $(SCRIPTS)

mypy: install
	@mypy
	@mypy --scripts-are-modules deploy/verify.py ci/dvc_with_hints.py $(SCRIPTS)

contracts: install ## Check imports, and that generated files are up to date
	@lint-imports --no-cache
	@$(MAKE) --no-print-directory generate >/dev/null
	@git diff --exit-code --stat -- $$(git ls-files ':(attr:gitlab-generated)' ':!requirements') \
		|| { echo "generated files were out of date and have been written again: commit them"; exit 1; }

# Compiles the tests for the workers, which start at once and would each do it.
collect: install
	@python -m pytest --collect-only --quiet >/dev/null || { python -m pytest --collect-only --quiet; exit 1; }

generate: install ## Write the files that monitoring/thresholds.py and training/task/stages.yaml decide
	@python -m monitoring generate
	@python -m training.tasks generate

task: install ## Make a task from your file and train its first model (NAME=churn OUTPUT=classes FILE=rows.csv TARGET=churned)
	@python -m training.bring --name "$$NAME" --kind "$$KIND" --output "$$OUTPUT" --file "$$FILE" --target "$$TARGET" \
		--time "$$TIME" --sensitive "$$SENSITIVE" --unused "$$UNUSED" --words "$$WORDS" --decimal "$$DECIMAL" --dates "$$DATES" --gaps="$$GAPS"
	@python -m monitoring generate >/dev/null

task-new: install ## Make a folder for a new task, with code to fill in (NAME=news)
	@python -m training.tasks new "$(NAME)"
	@python -m monitoring generate >/dev/null

task-remove: install ## Remove a task's files (NAME=digits; FORCE=1 also those that git does not have)
	@python -m training.tasks remove "$(NAME)" $(if $(FORCE),--force)
	@python -m monitoring generate >/dev/null

upgrade: ## Merge a newer version of Perennial into a fork, or go on (FROM=upstream REF=v0.2.0; docs/upgrade.md)
	@python3 ci/upgrade --from "$$FROM" --ref "$$REF"

# What `upgrade` runs in the merged tree.
upgraded: install
	@python -m training.settle $(DROPPED)
	@$(MAKE) --no-print-directory generate >/dev/null
	@ci/duties "$(BASE)" "$(NEWER)"

data: install ## Get the published rows of a task (TASK=NAME; PERENNIAL_DATA names a folder of data that is there)
	@python -m training.tasks data "$(TASK)" --folder "$$PERENNIAL_DATA"

send: install ## Send a file's rows and labels to the running service (TASK=churn FILE=next.csv TARGET=churned RATE=100)
	@python -m training.bring.send --task "$(TASK)" --file "$$FILE" --target "$$TARGET" --decimal "$$DECIMAL" --dates "$$DATES" \
		$(if $(URL),--url "$(URL)") $(if $(RATE),--rate "$(RATE)")

backtest: install ## Replay labelled history through the loop's decisions (TASK=bikes ROWS=history.parquet TARGET=cnt LATE=2d RATE=10/m START=2000 PHASES=3)
	@python -m backtest --task "$(TASK)" --rows="$$ROWS" --target="$$TARGET" --late="$$LATE" --rate="$$RATE" \
		--start="$$START" --horizon="$$HORIZON" --phases="$$PHASES" --decimal="$$DECIMAL" --dates="$$DATES"

test-images: install ## Build the images and test the stack on this machine's Docker (TEST_BASE_IMAGE=python:3.11-slim)
	@python -m pytest -m nightly tests/stack/test_images.py $(PYTEST)

preview: install ## Draw the dashboards with data from a Prometheus, into var/preview (PROMETHEUS=http://localhost:9090 SPAN=15m)
	@python -m monitoring preview --prometheus $(PROMETHEUS) $(if $(SPAN),--span "$(SPAN)") --out var/preview

gitlab-check: install ## List what a GitLab project still needs (URL=…, PROJECT=group/project; GITLAB_TOKEN in the environment)
	@python -m training.gitlab.project_check --url "$(URL)" --project "$(PROJECT)"

champion: install ## Show which version serves and why (TASK=news where there are several; PERENNIAL_URL asks the service too)
	@python -m training.registry champion --task "$(TASK)"

serve: install ## Serve the bundle that var/bundles/production links to, on port 8000
	@python -m service

examples: everything ## Run four example merge requests and keep their reports in docs/examples (TASK=adult)
	@python -m demo.examples $(if $(TASK),--task "$(TASK)")

bench: test-everything ## Measure the loop, /predict and merge requests, into benchmarks/results.json
	@python -m benchmarks

bench-drift: install ## Compare drift detection with other libraries, for docs/drift-benchmark.md (DRIFT=--quick)
	@$(INSTALL) python peers
	@$(VENV)-peers/bin/python -m benchmarks.drift $(DRIFT)

bench-alarms: install ## Count false alerts in simulated months, for docs/drift.md (ALARMS="--months 2")
	@python -m benchmarks.false_alarms --page docs/drift.md $(ALARMS)

bench-estimate: install ## Hold estimates without labels against the truth, beside NannyML's, for docs/estimates.md (ESTIMATE="--seeds 1")
	@$(INSTALL) python peers
	@python -m benchmarks.estimate --page docs/estimates.md --peers $(VENV)-peers/bin/python $(ESTIMATE)

bench-backtest: install ## Compare the loop with calendars and an oracle, for docs/backtest-results.md: an hour (BACKTEST="--seeds 1")
	@python -m benchmarks.replays --page docs/backtest-results.md $(BACKTEST)
	@cp var/backtest/all/backtest-bikes.png docs/

bench-cost: test-everything ## Measure what monitoring costs, for docs/cost.md: 40 minutes, idle machine (COST="--parts rules --signals 10")
	@$(INSTALL) python peers
	@python -m benchmarks.cost $(COST)

results: test-everything ## Train and serve the models of three studies, for docs/results.md; keeps what it has (RUNS="news-minilm")
	@python -m benchmarks.papers $(RUNS)

lock: install ## Compile the lock files requirements/*.txt from pyproject.toml
	@requirements/compile.sh

install: ## Install the Python packages of one lock file (LOCK=service, training, training-gpu, trackers, monitoring, relay, dev)
	@$(INSTALL) python "$$LOCK"

# What `demo` needs, and what `test` needs; both say what they install, and ask at a terminal.
everything:
	@$(INSTALL) demo

test-everything:
	@$(INSTALL) test

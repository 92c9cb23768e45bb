# Short names for the commands of launch.py, which does all the set-up.
PYTHON ?= python3

.PHONY: run test check bench bench-large bench-claims readme lock

run test check bench bench-large bench-claims readme lock:
	@$(PYTHON) launch.py $@

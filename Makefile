# Short names for the commands of launch.py, which does all the set-up.
PYTHON ?= python3

.PHONY: run test check bench bench-large readme lock

run test check bench bench-large readme lock:
	@$(PYTHON) launch.py $@

"""The frame: page set-up and navigation, nothing else."""

from widgets.frame import run

run()

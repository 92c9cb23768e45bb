"""Timings against the plain way, and what the README shows: run by `launch.py bench` and `launch.py readme`."""

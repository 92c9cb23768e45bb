"""What is kept on disk: logs, runs, results of runs; and the jobs with their worker processes."""

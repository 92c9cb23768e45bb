"""What the commands share: the options that name a log, parameters as text, answers, progress."""

"""The Data page: bringing a log, cleaning it, looking at it, keeping it."""

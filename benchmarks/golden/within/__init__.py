"""Scripts that run in an environment of their own: inputs as JSON come in, values as JSON go out."""

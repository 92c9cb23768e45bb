"""The engine beyond one machine: the same log, read and cleaned by Spark SQL, and two of the methods trained there."""

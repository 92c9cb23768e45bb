"""Files of every format as tables that are read in batches."""

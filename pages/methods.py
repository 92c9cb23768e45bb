"""Methods: how each way to item embeddings works, and when to take it."""

from widgets import frame, method_guide

frame.require()

frame.title("Methods", "What each method optimises, what it sees of a log, and what its parameters do.")
method_guide.factorisation_against_item2vec()
method_guide.cards()

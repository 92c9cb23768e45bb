"""Methods: how each way to item embeddings works, and when to take it."""

from widgets import frame, method_guide, session

frame.require()

log = session.current_log()
frame.title("Methods", "How each way to item vectors works, what it sees of a log, and when to take it.")
method_guide.ways_in()
method_guide.factorisation_against_item2vec()
method_guide.every_method(log)
method_guide.one_method(log)
frame.next_step("train", "Next: train one of them")
